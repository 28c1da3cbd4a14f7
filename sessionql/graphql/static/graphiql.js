// Puts the page together: the bar on top, GraphiQL below, and the one thing they share, opening an example.
import { Bar } from "./bar.js";
import { firstExamples } from "./examples.js";
import { graphiqlStorage } from "./storage.js";
import { recognize, send } from "./transport.js";

const { React, ReactDOM, GraphiQL, GraphiQLPluginExplorer } = window;
const { createElement: h, useEffect, useRef } = React;
const { useEditorContext, useExecutionContext } = GraphiQL.React;

let openExample = () => {};

// Renders nothing: it sits inside GraphiQL because only there can tabs be opened.
function TabOpener() {
  const { addTab, activeTabIndex, tabs, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const { stop } = useExecutionContext({ nonNull: true });
  const wanted = useRef(null);

  // On a first visit this version of GraphiQL leaves the variables of the first tab out of the editor.
  useEffect(() => {
    const { variables } = tabs[activeTabIndex];
    if (variableEditor && variables && !variableEditor.getValue()) variableEditor.setValue(variables);
  }, [variableEditor]);

  // The comments of the examples are sentences.
  useEffect(() => queryEditor?.setOption("lineWrapping", true), [queryEditor]);

  // A new tab may lie beyond the edge of its row, and its title comes after it.
  useEffect(() => {
    document.getElementById(`graphiql-session-tab-${activeTabIndex}`)?.parentElement.scrollIntoView({ block: "nearest" });
  }, [activeTabIndex, tabs[activeTabIndex].title]);

  // A new tab is empty until GraphiQL has drawn it.
  useEffect(() => {
    if (!wanted.current) return;
    queryEditor.setValue(wanted.current.query);
    variableEditor.setValue(wanted.current.variables);
    wanted.current = null;
  }, [activeTabIndex]);

  useEffect(() => {
    openExample = (example) => {
      wanted.current = example;
      stop(); // or a running subscription would go on writing into the new tab
      addTab();
    };
  });
  return null;
}

// The explorer shows the tab's operation as it is typed, and types into it.
function Explorer() {
  const { tabs, activeTabIndex, queryEditor } = useEditorContext({ nonNull: true });
  const plugin = GraphiQLPluginExplorer.useExplorerPlugin({
    query: tabs[activeTabIndex].query ?? "",
    onEdit: (query) => queryEditor.setValue(query),
    showAttribution: false,
  });
  return h(plugin.content);
}

function ExplorerIcon() {
  const strokes = "M4 6h3v3H4z M11 7.5h9 M4 15h3v3H4z M11 16.5h9";
  return h("svg", { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5 }, h("path", { d: strokes }));
}

const explorer = { title: "Explorer", icon: ExplorerIcon, content: Explorer };

function App() {
  return h(GraphiQL, {
    fetcher: send,
    storage: graphiqlStorage,
    shouldPersistHeaders: false,
    defaultTabs: firstExamples.length ? firstExamples.map(({ query, variables }) => ({ query, variables })) : undefined,
    defaultEditorToolsVisibility: "variables",
    plugins: [explorer],
    toolbar: { additionalContent: h(TabOpener) },
  });
}

ReactDOM.render(h(Bar, { open: (example) => openExample(example) }), document.getElementById("bar"));
ReactDOM.render(h(App), document.getElementById("editor"));
recognize();
