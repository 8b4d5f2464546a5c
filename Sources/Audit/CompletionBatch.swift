/// The answers of one commit, grouped so that each executor is woken once.
struct CompletionBatch {
    /// With the record itself: its memory is given back where it came from, and no other thread waits for that.
    private struct Answer: Sendable {
        let record: PendingRecord
        let result: Result<AuditPosition, AuditError>
    }

    private var groups: [(executor: any CompletionExecutor, answers: [Answer])] = []
    private var groupOfExecutor: [ObjectIdentifier: Int] = [:]

    mutating func add(_ record: PendingRecord, _ result: Result<AuditPosition, AuditError>) {
        let answer = Answer(record: record, result: result)
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
                for answer in answers { answer.record.completion(answer.result) }
            }
        }
        groups.removeAll(keepingCapacity: true)
        groupOfExecutor.removeAll(keepingCapacity: true)
    }
}
