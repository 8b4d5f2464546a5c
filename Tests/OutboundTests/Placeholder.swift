// Tests of Outbound.
