// The policy model, matching, checks and the evaluator.
