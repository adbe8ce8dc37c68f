from moneta.money import CurrencyMismatch, Money

__all__ = ['CurrencyMismatch', 'Money']
default_app_config = 'moneta.apps.MonetaConfig'
