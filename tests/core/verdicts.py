"""What may have been judged of an environment, each as often as the laws need to meet it."""

from __future__ import annotations

from chairlift.core.verdict import Health, Verdict

HEALTHY = Verdict(Health.HEALTHY, "as counted")
OTHERS = (
    *(Verdict(Health.UNKNOWN, "as counted"),) * 5,
    Verdict(Health.UNKNOWN, "too little history", hopeless=True),
    *(Verdict(Health.UNKNOWN, "seems to rise", hold=True),) * 16,
    Verdict(Health.UNKNOWN, "rose late", hold=True, asks=True),
    *(Verdict(Health.WORSE, "as counted", hold=True),) * 11,
    None,
)
