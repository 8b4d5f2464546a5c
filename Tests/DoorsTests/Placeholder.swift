// Tests of Doors.
