default_app_config = 'vouchers.apps.VouchersConfig'
