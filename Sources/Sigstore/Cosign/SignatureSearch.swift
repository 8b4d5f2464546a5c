import OCI
import Trust

/// Looks for everything that is kept about an image, wherever cosign of any age keeps it:
///
/// - what refers to the image (OCI 1.1): Sigstore bundles, as cosign 3 writes them, and what cosign 2 wrote as an
///   experiment. The registry's own list is asked for; if there is none, or it has nothing that may be of use, the index
///   under the fallback tag `sha256-…` is followed instead, which clients keep where a registry has no such lists. Where
///   the registry's list has something, that index is stale and is not looked at;
/// - the tag `sha256-….sig`, or `.att` for attestations.
///
/// Everything is looked for and nothing is judged. A list is signed by nobody, so each thing in it is held against what it
/// says of itself: its digest, its type, and that it is about this image.
struct SignatureSearch: Sendable {
    private let subject: Subject
    private let claim: Claim
    /// Where to look: the image's own repository unless the policy names another.
    private let repository: Repository
    private var questions: [Question]
    private var hasAsked = false
    private var found = FoundSignatures()

    enum Step: Sendable {
        case fetch([Locator])
        case found(FoundSignatures)
    }

    init(for claim: Claim, about subject: Subject, in repository: Repository) {
        self.claim = claim
        self.subject = subject
        self.repository = repository
        questions = [Question(.referrers(repository, subject.digest), .list)]
        if let tag = CosignLayout.tag(of: subject.digest, for: claim) {
            let locator = Locator.manifest(repository, .tag(tag), limit: CosignLayout.maximumManifestBytes)
            questions.append(Question(locator, .layout(.tag(tag))))
        }
    }

    /// One round; four ask at most: list and tag, fallback tag and manifests, manifests and contents, contents.
    mutating func next(_ received: [Locator: Fetched]) -> Step {
        if hasAsked {
            let answered = questions
            questions = []
            for question in answered { take(received[question.locator], of: question) }
        }
        hasAsked = true
        guard !questions.isEmpty else { return .found(found) }
        let locators = distinct(questions.map(\.locator))
        found.asked += locators.filter { !found.asked.contains($0) }
        return .fetch(locators)
    }

    private mutating func take(_ answer: Fetched?, of question: Question) {
        switch answer {
        case .found(let content): read(content, of: question)
        case .absent: miss(question)
        case .violated(let refusal): refuse(refusal, question)
        case .undetermined(let refusal): found.unseen.append(refusal)
        case nil: found.unseen.append(SignatureSearch.unanswered)
        }
    }

    private mutating func miss(_ question: Question) {
        switch question.role {
        case .list: askForFallback()
        case .fallback, .layout(.tag): break
        case .layout, .referrer, .bundle:
            found.add(.malformed("it is listed and does not exist"), by: question)
        case .payload(let layer, _):
            found.add(.malformed("its payload `\(layer.digest)` does not exist"), by: question)
        }
    }

    private mutating func refuse(_ refusal: Refusal, _ question: Question) {
        switch question.role {
        case .list, .fallback, .layout(.tag):
            found.findings.append(
                CosignFinding(refusal.reason, refusal.found, expected: refusal.expected, cure: refusal.cure))
        case .layout, .referrer, .payload, .bundle: found.add(.violated(refusal), by: question)
        }
    }

    private mutating func read(_ content: Fetched.Content, of question: Question) {
        do throws(CosignFinding) {
            switch question.role {
            case .list: if try follow(content, by: question) == 0 { askForFallback() }
            case .fallback: _ = try follow(content, by: question)
            case .referrer(let kind, _): try open(content, as: kind, by: question)
            case .layout(let source):
                let image = try SignatureSearch.imageManifest(content)
                try ask(for: CosignLayout(of: image, for: claim), at: source, by: question)
            case .payload(let layer, _):
                // Whoever fetched it has compared both; a signature is not judged on the word of another room.
                let isDescribed = content.bytes.count == layer.size && layer.digest.matches(content.bytes)
                found.add(
                    isDescribed
                        ? .layer(layer, payload: content.bytes)
                        : .malformed("its payload is not the one that its layer describes"), by: question)
            case .bundle: found.add(.bundle(content.bytes), by: question)
            }
        } catch {
            found.findings.append(error)
        }
    }

    static let unanswered = Refusal(
        .internalError, found: "no answer for what was asked for", expected: "an answer for each question")
}

// MARK: - What refers to the image

extension SignatureSearch {
    /// Clients list under this tag what refers to an image where the registry does not (distribution-spec, "Referrers Tag
    /// Schema").
    private mutating func askForFallback() {
        questions.append(Question(.manifest(repository, .tag(subject.digest.referrersTag)), .fallback))
    }

    /// Asks for what in the list may be of use; says how much that is.
    private mutating func follow(_ content: Fetched.Content, by question: Question) throws(CosignFinding) -> Int {
        let limits = ManifestLimits(maximumManifests: ReferrerKind.maximumListed)
        let manifest = try Manifest(signatures: content, named: "list of what refers to the image", limits)
        // Something else under the fallback tag is no list.
        guard case .index(let list) = manifest else { return 0 }
        let useful = list.manifests.compactMap { entry in
            ReferrerKind(listed: entry, for: claim).map { (entry, $0) }
        }
        guard useful.count <= ReferrerKind.maximumCount else {
            throw CosignFinding(
                .limitExceeded,
                "\(useful.count) \(claim.plural) that refer to the image, more than \(ReferrerKind.maximumCount)",
                cure: cleanAndSignAgain)
        }
        let sizes = useful.map { min($0.0.size, CosignLayout.maximumManifestBytes) }
        guard sizes.reduce(0, +) <= ReferrerKind.maximumManifestBytes else {
            throw CosignFinding(
                .limitExceeded,
                "\(claim.plural) that refer to the image with manifests of more than \(ReferrerKind.maximumManifestBytes) bytes",
                cure: cleanAndSignAgain)
        }
        for ((entry, kind), size) in zip(useful, sizes) {
            let locator = Locator.manifest(repository, .digest(entry.digest), limit: size)
            questions.append(Question(locator, .referrer(kind, .referrer(entry.digest)), after: question))
        }
        return useful.count
    }

    /// Asks for what a referring manifest holds, if it is about this image: only the manifest itself says so.
    private mutating func open(
        _ content: Fetched.Content, as kind: ReferrerKind, by question: Question
    ) throws(CosignFinding) {
        let image = try SignatureSearch.imageManifest(content)
        guard image.subject?.digest == subject.digest else {
            found.strays += 1
            return
        }
        guard kind.isType(of: image, for: claim) else {
            throw CosignFinding(
                .signatureMalformed, "a manifest that is listed as of another type than it is", cure: signAgain)
        }
        let source = SignatureSource.referrer(content.digest)
        switch kind {
        case .layout: try ask(for: CosignLayout(of: image, for: claim), at: source, by: question)
        case .bundle:
            let layer = try ReferrerKind.bundleLayer(of: image)
            try found.reserve([layer.size], for: claim)
            questions.append(
                Question(.blob(repository, layer.digest, limit: layer.size), .bundle(source), after: question))
        }
    }

    private mutating func ask(
        for layout: CosignLayout, at source: SignatureSource, by question: Question
    ) throws(CosignFinding) {
        // All of them or none: some alone would hide the others.
        try found.reserve(layout.layers.map { (try? $0.get().size) ?? 0 }, for: claim)
        for layer in layout.layers {
            switch layer {
            case .failure(let malformed): found.add(.malformed(malformed.reason), by: question)
            case .success(let layer):
                let locator = Locator.blob(repository, layer.digest, limit: layer.size)
                questions.append(Question(locator, .payload(layer, source), after: question))
            }
        }
    }

    private static func imageManifest(_ content: Fetched.Content) throws(CosignFinding) -> ImageManifest {
        let limits = ManifestLimits(
            maximumBytes: CosignLayout.maximumManifestBytes, maximumLayers: CosignLayout.maximumLayers)
        guard case .image(let image) = try Manifest(signatures: content, named: "signature manifest", limits) else {
            throw CosignFinding(
                .signatureMalformed, "an image index where the signature manifest should be", cure: signAgain)
        }
        return image
    }
}

extension Manifest {
    /// Reads what a signature is looked for in; `name` is what it should be.
    fileprivate init(
        signatures content: Fetched.Content, named name: String, _ limits: ManifestLimits
    ) throws(CosignFinding) {
        do throws(ManifestError) {
            try self.init(parsing: content.bytes, contentType: content.mediaType, limits: limits)
        } catch {
            guard case .limitExceeded = error else {
                throw CosignFinding(.signatureMalformed, "a \(name) that is invalid: \(error)", cure: signAgain)
            }
            throw CosignFinding(.limitExceeded, "a \(name) that is too large: \(error)", cure: cleanAndSignAgain)
        }
    }
}

/// Something that was asked for, and what it is wanted for.
private struct Question: Sendable {
    let locator: Locator
    let role: Role
    /// How one came here: what was asked for before, the first one first.
    let trail: [Locator]

    enum Role: Sendable {
        case list
        case fallback
        case referrer(ReferrerKind, SignatureSource)
        case layout(SignatureSource)
        case payload(CosignLayer, SignatureSource)
        case bundle(SignatureSource)
    }

    /// Where what is found by it was found; nil for what only lists.
    var source: SignatureSource? {
        switch role {
        case .layout(let source), .referrer(_, let source), .payload(_, let source), .bundle(let source): source
        case .list, .fallback: nil
        }
    }

    init(_ locator: Locator, _ role: Role, after earlier: Question? = nil) {
        self.locator = locator
        self.role = role
        trail = (earlier?.trail ?? []) + [locator]
    }
}

extension FoundSignatures {
    fileprivate mutating func add(_ content: SignatureCandidate.Content, by question: Question) {
        candidates.append(SignatureCandidate(content: content, source: question.source, trail: question.trail))
    }
}

/// The elements without repetitions, in their order.
private func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
}
