"""An amount in a currency: never a bare number."""
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import total_ordering

from django.utils import six
from django.utils.encoding import python_2_unicode_compatible

#: How many digits each currency has after the point, where it is not two.
DIGITS = {'JPY': 0, 'KRW': 0, 'TND': 3}


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


@total_ordering
@python_2_unicode_compatible
class Money(object):
    __slots__ = ('amount', 'currency')

    def __init__(self, amount, currency):
        if not isinstance(currency, six.string_types) or len(currency) != 3 or not currency.isupper():
            raise ValueError('{!r} is no currency: use three capital letters'.format(currency))
        try:
            amount = Decimal(amount)
        except (InvalidOperation, TypeError):
            raise ValueError('{!r} is no amount'.format(amount))
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
        return '{} {}'.format(self.currency, self.amount)

    def __repr__(self):
        return 'Money({!r}, {!r})'.format(six.text_type(self.amount), self.currency)

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
        if isinstance(factor, (Decimal,) + six.integer_types):
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
        return [Money((each + (i < spare)) * unit, self.currency) for i in six.moves.range(shares)]

    def _same(self, other):
        if not isinstance(other, Money):
            raise TypeError('{!r} is not money'.format(other))
        if other.currency != self.currency:
            raise CurrencyMismatch('{} and {} do not add up'.format(self.currency, other.currency))
        return other
