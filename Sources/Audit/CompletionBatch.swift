/// The answers of one commit, grouped so that each executor is woken once.
struct CompletionBatch {
    /// With the record itself: its memory is given back where it came from, and no other thread waits for that.
    private struct Answer: Sendable {
        let record: PendingRecord
        let result: Result<AuditPosition, AuditError>
    }

    private struct Group {
        let executor: any CompletionExecutor
        var answers: [Answer]
    }

    /// As many as there are event loops, so few that to look for one costs less than to hash it.
    private var groups: [Group] = []

    /// - Parameter capacity: how many answers the batch will have at the most.
    mutating func add(_ record: PendingRecord, _ result: Result<AuditPosition, AuditError>, capacity: Int) {
        let answer = Answer(record: record, result: result)
        if let group = groups.firstIndex(where: { $0.executor === record.executor }) {
            groups[group].answers.append(answer)
        } else {
            var answers: [Answer] = []
            answers.reserveCapacity(capacity)
            answers.append(answer)
            groups.append(Group(executor: record.executor, answers: answers))
        }
    }

    /// Hands the answers over, in the order of the records, and forgets them.
    mutating func deliver() {
        for group in groups {
            group.executor.execute { [answers = group.answers] in
                // Through the span, which lends each answer instead of copying it.
                let answers = answers.span
                for index in answers.indices { answers[index].record.completion(answers[index].result) }
            }
        }
        groups.removeAll(keepingCapacity: true)
    }
}
