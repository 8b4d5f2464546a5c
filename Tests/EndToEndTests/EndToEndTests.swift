import Testing

/// The program from outside: its processes, its exit codes, what it writes and what it answers.
@Suite(.stage) struct EndToEnd {}
