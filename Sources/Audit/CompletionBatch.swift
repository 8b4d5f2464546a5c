/// The answers of one commit, grouped so that each executor is woken once.
struct CompletionBatch {
    private struct Answer: Sendable {
        let completion: @Sendable (Result<AuditPosition, AuditError>) -> Void
        let result: Result<AuditPosition, AuditError>
    }

    private var groups: [(executor: any CompletionExecutor, answers: [Answer])] = []
    private var groupOfExecutor: [ObjectIdentifier: Int] = [:]

    mutating func add(_ record: PendingRecord, _ result: Result<AuditPosition, AuditError>) {
        let answer = Answer(completion: record.completion, result: result)
        let executor = ObjectIdentifier(record.executor)
        if let group = groupOfExecutor[executor] {
            groups[group].answers.append(answer)
        } else {
            groupOfExecutor[executor] = groups.count
            groups.append((record.executor, [answer]))
        }
    }

    /// Hands the answers over, in the order of the records, and forgets them.
    mutating func deliver() {
        for (executor, answers) in groups {
            executor.execute {
                for answer in answers { answer.completion(answer.result) }
            }
        }
        groups.removeAll(keepingCapacity: true)
        groupOfExecutor.removeAll(keepingCapacity: true)
    }
}
