"""Rules of the state machine: time passes, activity is flushed, old sessions are deleted, servers restart."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sessionql.resolvers.pruning import prune
from tests.invariants.comparison import ModelComparison
from tests.invariants.fixtures import TICK, booleans, data, draw

TIMES = [timedelta(seconds=seconds) for seconds in (1, 9, 70, 300, 4000)] + [timedelta(days=1)]


class TimeRules(ModelComparison):
    """Rules that change the state without a request."""

    @rule(passes=st.sampled_from(TIMES))
    def time_passes(self, passes: timedelta) -> None:
        self.sets_time(self.model.now + passes)

    @rule(data=data, sooner=st.sampled_from([timedelta(0), TICK]))
    def time_reaches_an_edge(self, data: st.DataObject, sooner: timedelta) -> None:
        """Move to the instant at which something ends, or one microsecond before; mostly to one of the next four."""
        edges = sorted(edge for edge in self.model.edges() if edge - sooner > self.model.now)
        if edges:
            self.sets_time(draw(data, edges[:4], edges) - sooner)

    @rule()
    def flushes(self) -> None:
        self.run(lambda s: s.activity.flush())
        self.model.flush()

    @rule()
    def prunes(self) -> None:
        self.run(prune)
        self.model.prune()

    @rule(crashes=booleans)
    def restarts(self, crashes: bool) -> None:
        """A stop flushes the pending activity; a crash loses it and nothing else."""
        if crashes:
            self.model.uses.clear()
        else:
            self.flushes()
        self.run(lambda s: s.storage.database.close())
        self.deps = self.environment.deps(self.clock)
