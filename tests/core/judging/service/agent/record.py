"""Raises every error of the service for real and prints each as a monitor's agent sees it, as JSON."""

import json
import logging
import os
import sys
import traceback
import warnings

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHOP = os.path.join(HERE, "shop") + os.sep
#: What was raised by the request that runs now.
seen = []


class Recorder:
    """A middleware as agents have one: hears of what a view raises, also where Django then answers 403 or 400."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        seen.append(error)


def told(error):
    """One exception and what it came from."""
    frames = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        file, function = frame.f_code.co_filename, frame.f_code.co_name
        own = os.path.abspath(file).startswith(SHOP)
        # The agent is none of the service's.
        if not file.startswith(os.path.join(HERE, "agent")):
            module = frame.f_globals.get("__name__", "")
            frames.append({"module": module, "file": file, "function": function, "line": line, "in_app": own})
    kind = type(error)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "message": str(error),
        "frames": frames,
        "cause": told(cause) if cause else None,
    }


def ask(client, signal, address):
    """What one request raised; None where it was answered."""
    del seen[:]
    handler = lambda **kwargs: seen.append(sys.exc_info()[1])  # noqa: E731
    signal.connect(handler, weak=False)
    try:
        client.get(address)
    except Exception:  # Django 2.2's client raises what the service did.
        assert seen
    finally:
        signal.disconnect(handler)
    # The last word is with the signal: it knows all the frames.
    return told(seen[-1]) if seen else None


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
    sys.path.insert(0, HERE)
    warnings.simplefilter("ignore")
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.signals import got_request_exception
    from django.test import Client
    from shop import breaking, views

    from agent import record

    call_command("migrate", run_syncdb=True, verbosity=0)
    logging.disable(logging.CRITICAL)
    client = Client(raise_request_exception=False)
    found = {"django": django.get_version(), "python": sys.version.split()[0]}
    for kind, all_of in (("ordinary", views.ORDINARY), ("others", views.OTHERS), ("breaking", breaking.BREAKING)):
        found[kind] = {}
        for place, (name, (_, more)) in enumerate(all_of.items()):
            address = f"/{kind}/{place}/?{more if kind != 'breaking' else ''}"
            found[kind][name] = record.ask(client, got_request_exception, address)
    found["since"] = {name: since for name, (_, since) in breaking.BREAKING.items()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
