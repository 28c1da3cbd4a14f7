// Renders the page: the bar, GraphiQL below it, and the function with which the bar opens an example in GraphiQL.
import { Bar } from "./bar.js";
import { firstExamples } from "./examples.js";
import { graphiqlStorage } from "./storage.js";
import { detectCookieSession, send } from "./transport.js";

const { React, ReactDOM, GraphiQL, GraphiQLPluginExplorer } = window;
const { createElement: h, useEffect, useRef } = React;
const { useEditorContext, useExecutionContext } = GraphiQL.React;

let openExample = () => {};

// Renders nothing. It is a component inside of GraphiQL, because only those can open tabs.
function TabOpener() {
  const { addTab, activeTabIndex, tabs, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const { stop } = useExecutionContext({ nonNull: true });
  const pendingExample = useRef(null);

  // On a first visit this version of GraphiQL does not show the variables of the first tab in the editor.
  useEffect(() => {
    const { variables } = tabs[activeTabIndex];
    if (variableEditor && variables && !variableEditor.getValue()) variableEditor.setValue(variables);
  }, [variableEditor]);

  // The comments of the examples are long lines.
  useEffect(() => queryEditor?.setOption("lineWrapping", true), [queryEditor]);

  // A new tab may be outside of the visible part of its row, and its title is set later.
  useEffect(() => {
    document.getElementById(`graphiql-session-tab-${activeTabIndex}`)?.parentElement.scrollIntoView({ block: "nearest" });
  }, [activeTabIndex, tabs[activeTabIndex].title]);

  // A new tab is empty until GraphiQL has rendered it.
  useEffect(() => {
    if (!pendingExample.current) return;
    queryEditor.setValue(pendingExample.current.query);
    variableEditor.setValue(pendingExample.current.variables);
    pendingExample.current = null;
  }, [activeTabIndex]);

  useEffect(() => {
    openExample = (example) => {
      pendingExample.current = example;
      stop(); // otherwise an active subscription would write into the new tab
      addTab();
    };
  });
  return null;
}

// The explorer shows the operation in the editor of the tab, and edits it.
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
detectCookieSession();
