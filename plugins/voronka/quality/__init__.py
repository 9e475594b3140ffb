"""The gates: what others send us (``raw``) and what we are about to publish (``marts``).

Suites are Great Expectations files in ``expectations/<gate>/``; results go to ``ops.check_results`` and to HTML
pages under the state folder.
"""

from voronka.quality.gate import run_gate
from voronka.quality.outcomes import Gate, GateReport, Outcome, gate_error
from voronka.quality.reconcile import Comparison, comparisons

__all__ = ["Comparison", "Gate", "GateReport", "Outcome", "comparisons", "gate_error", "run_gate"]
