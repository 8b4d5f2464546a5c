import Admission
import OCI
import PolicyEngine
import Registry
import StrictJSON
import Trust

/// A registry that is asked about one image, all of it until one deadline.
struct RegistryQuestions: Sendable {
    let client: RegistryClient
    let deadline: ContinuousClock.Instant

    /// The same, with so much time from now on.
    func renewed(for time: Duration) -> RegistryQuestions {
        RegistryQuestions(client: client, deadline: .now + time)
    }

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

    /// The tags of a repository, at most `limit` of them. That there is no such repository is no empty list: its name may be
    /// misspelled.
    func tags(of repository: Repository, limit: Int) async -> Result<[String], Refusal> {
        switch await fetch(.tags(repository)) {
        case .absent:
            return .failure(
                Refusal(
                    .imageNotFound, found: "`\(repository)` is not there, or has no tags", expected: "a repository",
                    cure: "correct its name"))
        case .violated(let refusal), .undetermined(let refusal): return .failure(refusal)
        case .found(let content):
            let list = try? JSONDocument(parsing: content.bytes).root["tags"]
            let tags = list?.kind == .array ? list?.elements.map(\.string) : list?.isNull == true ? [] : nil
            guard let tags, !tags.contains(nil) else {
                return .failure(
                    Refusal(
                        .manifestInvalid, found: "`\(repository.domain)` gives a list of tags that is none",
                        expected: "an object with texts in `tags`"))
            }
            guard tags.count <= limit else {
                return .failure(
                    Refusal(
                        .limitExceeded, found: "`\(repository)` has \(tags.count) tags", expected: "at most \(limit)",
                        cure: "name the tags that are meant"))
            }
            return .success(tags.compactMap(\.self))
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
