"""What would have been: what an event, works or a closure brought or cost."""

from mining.counterfactual._impact import impact
from mining.counterfactual._journal import IMPACT_COLUMNS, impacts
from mining.counterfactual._result import REASONS, Impact

__all__ = ["IMPACT_COLUMNS", "REASONS", "Impact", "impact", "impacts"]
