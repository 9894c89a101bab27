//! Decisions, pure and total: plans, verdicts, golden outcomes.
