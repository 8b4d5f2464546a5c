/// A record that waits for the disk, and whom to tell. A class, since it goes to the log's thread and back: every copy of
/// what it holds would be counted on memory that the other thread used last.
final class PendingRecord: Sendable {
    let body: RecordBody
    let executor: any CompletionExecutor
    let completion: @Sendable (Result<AuditPosition, AuditError>) -> Void

    init(
        body: RecordBody, executor: any CompletionExecutor,
        completion: @escaping @Sendable (Result<AuditPosition, AuditError>) -> Void
    ) {
        self.body = body
        self.executor = executor
        self.completion = completion
    }
}
