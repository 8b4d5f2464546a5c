import PolicyEngine
import Synchronization

/// The rules that the gate decides by now. They are exchanged as a whole: a decision ends by the rules that it began with.
final class RulesInForce: Sendable {
    private let rules: Mutex<Snapshot>

    /// Rules, and the evaluator that is made of them. A class, so that handing them out counts one reference.
    final class Snapshot: Sendable {
        let policies: PolicySet
        let mode: GateMode
        let evaluator: Evaluator
        fileprivate let notVouched: Enforcement

        fileprivate init(policies: PolicySet, notVouched: Enforcement, mode: GateMode) {
            self.policies = policies
            self.notVouched = notVouched
            self.mode = mode
            evaluator = Evaluator(policies: policies, notVouched: notVouched)
        }
    }

    init(_ rules: GateRules) {
        self.rules = Mutex(Snapshot(policies: rules.policies, notVouched: rules.notVouched, mode: rules.mode))
    }

    var current: Snapshot { rules.withLock { $0 } }

    /// Puts other policies in force; the gate's own stance stays. Gives what was in force before.
    func exchange(policies: PolicySet) -> Snapshot {
        // What is replaced outlives the lock: to free thousands of policies takes time that no decision should wait.
        rules.withLock { rules in
            defer { rules = Snapshot(policies: policies, notVouched: rules.notVouched, mode: rules.mode) }
            return rules
        }
    }
}
