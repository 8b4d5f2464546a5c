import Admission
import OCI
import PolicyEngine
import Registry
import Trust

/// A registry that is asked about one image, all of it until one deadline.
struct RegistryQuestions: Sendable {
    let client: RegistryClient
    let deadline: ContinuousClock.Instant

    func fetch(_ locator: Locator) async -> Fetched {
        await client.fetch(locator, deadline: deadline)
    }

    /// All of them side by side.
    func fetch(_ locators: [Locator]) async -> [Locator: Fetched] {
        await withTaskGroup(of: (Locator, Fetched).self) { group in
            for locator in Set(locators) { group.addTask { (locator, await fetch(locator)) } }
            return await group.reduce(into: [:]) { received, answer in received[answer.0] = answer.1 }
        }
    }

    /// The digest that a reference names, or that its tag stands for now, as the gate finds it out.
    func resolution(of reference: ImageReference) async -> Resolution {
        if let digest = reference.digest { return .resolved(digest) }
        let tag = reference.tag ?? "latest"
        let answer = await fetch(.manifest(reference.repository, .tag(tag)))
        return Resolution(answer, of: tag, in: reference.repository)
    }

    /// What a verification comes to that is given all it asks for.
    func outcome(of start: any Verification) async -> VerificationOutcome {
        var verification = start
        var received: [Locator: Fetched] = [:]
        for _ in 0..<maximumVerificationSteps {
            switch verification.next(received) {
            case .outcome(let outcome, _): return outcome
            case .fetch(let locators): received = await fetch(locators)
            }
        }
        return .undetermined(
            Refusal(
                .internalError, found: "a verification that does not end",
                expected: "an outcome after \(maximumVerificationSteps) steps"))
    }
}
