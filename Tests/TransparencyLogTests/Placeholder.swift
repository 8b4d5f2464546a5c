// Tests of TransparencyLog.
