"""Budgets: what each caller may cost in a minute, in units of work, counted in the memory of this process.

A budget fills up continuously, and a request that begins within it is served even if it costs more than is left: the
next request waits. Each request needs constant time.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple, TypeAlias

from sessionql.http_kit.errors import RequestError

MAX_PAYERS = 10_000
"""Callers that are remembered. Beyond it, those that sent nothing for longest begin again with a full budget."""
OPERATION = 50
"""Units that each request costs, whatever it does: reading, authentication, writing. A field of a response is one."""
BYTES_OF_A_FIELD = 40
"""Bytes of a field in a response, for responses whose fields are not counted."""
_MINUTE = 60.0


class Payer(NamedTuple):
    """Whose budget a request is paid from. `share`: how many times the usual budget it has."""

    key: Hashable
    share: int = 1


PayerOf: TypeAlias = Callable[[Any], Payer | None]
"""The payer of a request, by its context; None for a request without a budget."""


class _Spent:
    """What a payer has spent and not earned again, at a time."""

    __slots__ = ("at", "units")

    def __init__(self, at: float) -> None:
        self.units = 0.0
        self.at = at


@dataclass(frozen=True, slots=True)
class OverBudget:
    """A budget of `units` is spent for now. `seconds`: until a request is served again."""

    units: int
    seconds: int

    @property
    def error(self) -> RequestError:
        """COST_LIMITED, with `Retry-After`."""
        message = (
            f"Your requests cost more than the {self.units} fields that are allowed in a minute. "
            f"Send the next one after {self.seconds} s."
        )
        return RequestError(429, message, "COST_LIMITED", **{"Retry-After": str(self.seconds)})


class Budgets:
    """The budgets of all callers: each may spend `per_minute` units, at once or one after the other. 0: no limit."""

    def __init__(self, per_minute: int, payer_of: PayerOf, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._per_second = per_minute / _MINUTE
        self._payer_of = payer_of
        self._clock = clock
        self._spent: OrderedDict[Hashable, _Spent] = OrderedDict()

    def __len__(self) -> int:
        return len(self._spent)

    def begin(self, context: Any) -> None:
        """Spend what each request costs. Raises RequestError when the budget is spent."""
        payer = self._payer(context)
        if payer is None:
            return
        spent = self._spent_by(payer)
        excess = spent.units - self._per_minute
        if excess >= 0:
            seconds = max(1, ceil(excess * _MINUTE / self._per_minute))
            raise OverBudget(self._per_minute * payer.share, seconds).error
        spent.units += OPERATION / payer.share

    def spend(self, context: Any, units: float) -> None:
        """Spend more for a request that began."""
        if units and (payer := self._payer(context)) is not None:
            self._spent_by(payer).units += units / payer.share

    def _payer(self, context: Any) -> Payer | None:
        return self._payer_of(context) if self._per_minute else None

    def _spent_by(self, payer: Payer) -> _Spent:
        """What the payer has spent until now, to add to."""
        now = self._clock()
        spent = self._spent.get(payer.key)
        if spent is None:
            spent = self._spent[payer.key] = _Spent(now)
            if len(self._spent) > MAX_PAYERS:
                self._spent.popitem(last=False)
        else:
            self._spent.move_to_end(payer.key)
            spent.units = max(0.0, spent.units - (now - spent.at) * self._per_second)
            spent.at = now
        return spent


UNLIMITED = Budgets(0, lambda _: None)
"""Limits nothing."""
