"""How dates are written where the framework writes them, by language (Django's `FORMAT_MODULE_PATH`)."""
