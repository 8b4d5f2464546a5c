// Simulators and fixtures that several suites share.
