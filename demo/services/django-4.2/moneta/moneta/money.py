"""An amount in a currency: never a bare number."""
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import total_ordering

#: How many digits each currency has after the point, where it is not two.
DIGITS = {'JPY': 0, 'KRW': 0, 'TND': 3}


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


@total_ordering
class Money:
    __slots__ = ('amount', 'currency')

    def __init__(self, amount, currency):
        if not isinstance(currency, str) or len(currency) != 3 or not currency.isupper():
            raise ValueError(f'{currency!r} is no currency: use three capital letters')
        try:
            amount = Decimal(amount)
        except (InvalidOperation, TypeError):
            raise ValueError(f'{amount!r} is no amount')
        self.currency = currency
        self.amount = amount.quantize(self.unit_of(currency), rounding=ROUND_HALF_EVEN)

    @staticmethod
    def unit_of(currency):
        """The smallest coin."""
        return Decimal(1).scaleb(-DIGITS.get(currency, 2))

    @classmethod
    def parse(cls, text):
        """Read what `str` writes: 'EUR 12.50'."""
        currency, _, amount = text.strip().partition(' ')
        return cls(amount, currency)

    def __str__(self):
        return f'{self.currency} {self.amount}'

    def __repr__(self):
        return f'Money({str(self.amount)!r}, {self.currency!r})'

    def __hash__(self):
        return hash((self.amount, self.currency))

    def __eq__(self, other):
        return isinstance(other, Money) and (self.amount, self.currency) == (other.amount, other.currency)

    def __lt__(self, other):
        return self.amount < self._same(other).amount

    def __add__(self, other):
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return Money(-self.amount, self.currency)

    def __mul__(self, factor):
        if isinstance(factor, Decimal | int):
            return Money(self.amount * factor, self.currency)
        return NotImplemented

    def __bool__(self):
        return bool(self.amount)

    def allocate(self, shares):
        """Split without losing a cent; the first shares get the spare ones."""
        if shares < 1:
            raise ValueError('money is split into one share at least')
        unit = self.unit_of(self.currency)
        each, spare = divmod(int(self.amount / unit), shares)
        return [Money((each + (i < spare)) * unit, self.currency) for i in range(shares)]

    def _same(self, other):
        if not isinstance(other, Money):
            raise TypeError(f'{other!r} is not money')
        if other.currency != self.currency:
            raise CurrencyMismatch(f'{self.currency} and {other.currency} do not add up')
        return other
