public import Audit
public import OCI
public import PolicyEngine
public import Timestamp

extension Gate {
    /// The revision of the policies in force.
    public var policyRevision: Digest { rules.current.policies.revision }

    /// Decides by these policies from `now` on. A decision that has begun ends by those it began with; evidence that was
    /// gathered stays, since it is about keys and images and never about policies. What checks came to stays as far as they
    /// were asked before and still are: nobody noticed what became of the rest, or will notice.
    public func use(_ policies: PolicySet, at now: Instant) {
        let before = rules.exchange(policies: policies).policies
        memory?.forget(
            allBut: before.rememberedQuestions(at: now).intersection(policies.rememberedQuestions(at: now)))
    }

    /// Writes to the audit log what happened to the policies. `completion` runs on `executor`, with what kept it from
    /// being written; nil as well where there is no log.
    public func record(
        _ event: PolicyEvent, at now: Instant, on executor: any CompletionExecutor,
        completion: @escaping @Sendable (AuditError?) -> Void
    ) {
        guard let log else { return executor.execute { completion(nil) } }
        let record = PolicyRecord(event, id: newRecordID(at: now), mode: rules.current.mode, by: instance, at: now)
        log.append(record.body, on: executor) { result in
            switch result {
            case .success: completion(nil)
            case .failure(let error): completion(error)
            }
        }
    }
}
