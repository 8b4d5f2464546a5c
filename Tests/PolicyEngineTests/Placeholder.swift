// Tests of PolicyEngine.
