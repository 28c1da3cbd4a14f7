"""What happens by itself: time passes, uses are written down, old sessions forgotten, servers started again."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sessionql.resolvers.pruning import prune
from tests.proof.comparing import Comparing
from tests.proof.world import TICK, data, draw, either

TIMES = [timedelta(seconds=seconds) for seconds in (1, 9, 70, 300, 4000)] + [timedelta(days=1)]


class Passing(Comparing):
    """Rules: nobody does anything, and yet something changes."""

    @rule(passes=st.sampled_from(TIMES))
    def time_passes(self, passes: timedelta) -> None:
        self.reaches(self.model.now + passes)

    @rule(data=data, sooner=st.sampled_from([timedelta(0), TICK]))
    def time_reaches_an_edge(self, data: st.DataObject, sooner: timedelta) -> None:
        """The very instant at which something ends, or the last one before it; mostly one of the next."""
        edges = sorted(edge for edge in self.model.edges() if edge - sooner > self.model.now)
        if edges:
            self.reaches(draw(data, edges[:4], edges) - sooner)

    @rule()
    def flushes(self) -> None:
        self.run(lambda s: s.activity.flush())
        self.model.flush()

    @rule()
    def prunes(self) -> None:
        self.run(prune)
        self.model.prune()

    @rule(crashes=either)
    def restarts(self, crashes: bool) -> None:
        """A server that is stopped writes the uses of the last moments; one that crashes loses them, and no more."""
        if crashes:
            self.model.uses.clear()
        else:
            self.flushes()
        self.run(lambda s: s.storage.database.close())
        self.deps = self.world.deps(self.clock)
