/// A record that waits for the disk, and whom to tell.
struct PendingRecord: Sendable {
    let body: RecordBody
    let executor: any CompletionExecutor
    let completion: @Sendable (Result<AuditPosition, AuditError>) -> Void
}
