import Admission
import ContentTrust
import OCI
import PolicyEngine
import StrictJSON
import Timestamp
import Trust

/// Which tags of some repositories are signed by Content Trust, by cosign, by both or by neither: what is left to do before
/// notary servers go.
struct TrustReadiness: Sendable {
    let tags: [TagReadiness]
    /// Why a repository could not be looked at as a whole.
    let unseen: [(repository: String, refusal: Refusal)]
    /// Whether cosign signatures were verified, or only found.
    let isVerified: Bool

    /// Whether every tag that Content Trust has signed can do without it; what could not be looked at comes first.
    var outcome: Outcome? {
        guard unseen.isEmpty, !tags.contains(where: \.isOpen) else { return .undetermined }
        return tags.contains(where: \.needsCosign) ? .denied : nil
    }
}

/// One tag, and who has signed the digest that it stands for.
struct TagReadiness: Sendable {
    let repository: Repository
    let tag: String
    let contentTrust: State
    let cosign: State

    enum State: Sendable {
        case signed
        case unsigned
        /// Signed, but not as it should be.
        case refused(Refusal)
        case undetermined(Refusal)
    }

    var isOpen: Bool { contentTrust.isOpen || cosign.isOpen }
    private var isRefused: Bool { !contentTrust.isUnsigned || !cosign.isUnsigned }
    /// Whether somebody relies on Content Trust, right or wrong, and on nothing else.
    var needsCosign: Bool { !contentTrust.isUnsigned && !cosign.isSigned }

    var word: String {
        if isOpen { return "undetermined" }
        return switch (contentTrust.isSigned, cosign.isSigned) {
        case (true, true): "both"
        case (true, false): "content trust only"
        case (false, true): "cosign only"
        case (false, false): isRefused ? "refused" : "none"
        }
    }
}

extension TagReadiness.State {
    /// - Parameter missing: the reasons that say that nobody has signed.
    init(_ outcome: VerificationOutcome) {
        switch outcome {
        case .passed: self = .signed
        case .undetermined(let refusal): self = .undetermined(refusal)
        case .violated(let refusal):
            switch refusal.reason {
            case .signatureMissing, .tagNotSigned: self = .unsigned
            default: self = .refused(refusal)
            }
        }
    }

    var isSigned: Bool { if case .signed = self { true } else { false } }
    var isUnsigned: Bool { if case .unsigned = self { true } else { false } }
    var isOpen: Bool { if case .undetermined = self { true } else { false } }

    var word: String {
        switch self {
        case .signed: "signed"
        case .unsigned: "-"
        case .refused(let refusal): "refused: \(refusal.reason.rawValue)"
        case .undetermined(let refusal): "undetermined: \(refusal.reason.rawValue)"
        }
    }

    /// What a person must know of it.
    var remark: String? {
        switch self {
        case .signed, .unsigned: nil
        case .refused(let refusal), .undetermined(let refusal): refusal.found
        }
    }
}

// MARK: - Looking

/// Looks at tags, one repository after the other, some tags side by side.
struct ReadinessSurvey: Sendable {
    let questions: RegistryQuestions
    /// Judges Content Trust.
    let contentTrust: any Attestor
    /// Judges cosign's signatures; nil only looks whether there are any.
    let cosign: (any Attestor)?
    /// How long one tag may take.
    let timeForTag: Duration

    /// Tags of one repository that are looked at, of which each takes some ten requests.
    static let maximumTags = 1_000
    private static let sideBySide = 8

    func survey(_ repositories: [(repository: Repository, tag: String?)]) async -> TrustReadiness {
        var tags: [TagReadiness] = []
        var unseen: [(String, Refusal)] = []
        for (repository, tag) in repositories {
            if let tag {
                tags.append(await readiness(of: tag, in: repository))
                continue
            }
            switch await questions.tags(of: repository, limit: ReadinessSurvey.maximumTags) {
            case .failure(let refusal): unseen.append((repository.description, refusal))
            case .success(let found): tags += await readiness(of: found, in: repository)
            }
        }
        return TrustReadiness(tags: tags, unseen: unseen, isVerified: cosign != nil)
    }

    private func readiness(of tags: [String], in repository: Repository) async -> [TagReadiness] {
        // What cosign writes are no images of their own.
        let images = tags.filter { !$0.isOfCosign }.sorted()
        var all: [TagReadiness] = []
        for start in stride(from: 0, to: images.count, by: ReadinessSurvey.sideBySide) {
            let part = images[start..<min(start + ReadinessSurvey.sideBySide, images.count)]
            all += await withTaskGroup { group in
                for tag in part { group.addTask { await readiness(of: tag, in: repository) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        return all.sorted { $0.tag < $1.tag }
    }

    private func readiness(of tag: String, in repository: Repository) async -> TagReadiness {
        let questions = questions.renewed(for: timeForTag)
        let answer = await questions.fetch(.manifest(repository, .tag(tag)))
        switch Resolution(answer, of: tag, in: repository) {
        case .violated(let refusal):
            return TagReadiness(
                repository: repository, tag: tag, contentTrust: .refused(refusal), cosign: .refused(refusal))
        case .undetermined(let refusal):
            return TagReadiness(
                repository: repository, tag: tag, contentTrust: .undetermined(refusal), cosign: .undetermined(refusal))
        case .resolved(let digest):
            let subject = Subject(repository: repository, digest: digest, tag: tag)
            return TagReadiness(
                repository: repository, tag: tag,
                contentTrust: TagReadiness.State(await questions.outcome(of: contentTrust.verification(of: subject))),
                cosign: await cosignState(of: subject, answer, questions))
        }
    }

    private func cosignState(
        of subject: Subject, _ answer: Fetched, _ questions: RegistryQuestions
    ) async -> TagReadiness.State {
        if let cosign { return TagReadiness.State(await questions.outcome(of: cosign.verification(of: subject))) }
        guard case .found(let content) = answer else { return .unsigned }
        var search = ArtifactSearch(in: subject.repository, asking: questions)
        guard let image = try? await search.image(content, of: subject.repository) else { return .unsigned }
        if image.artifacts.contains(where: \.holdsSignature) { return .signed }
        // One that could not be looked at, or is not what it was listed as, may be a signature.
        if let unseen = search.unseen.first { return .undetermined(unseen) }
        return search.violations.first.map { .refused($0) } ?? .unsigned
    }
}

extension Artifact {
    /// Whether it says itself that it is a signature of what it hangs on.
    fileprivate var holdsSignature: Bool {
        holdings.contains { if case .signature = $0 { true } else { false } }
    }
}

extension String {
    /// `sha256-<64 digits>.sig`, `.att` and `.sbom`, and the tag under which an index of referrers lies.
    fileprivate var isOfCosign: Bool {
        let prefix = "sha256-"
        guard utf8.starts(with: prefix.utf8) else { return false }
        let rest = utf8.dropFirst(prefix.utf8.count)
        let digits = rest.prefix { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return digits.count == 64 && (rest.count == 64 || rest.dropFirst(64).first == UInt8(ascii: "."))
    }
}

// MARK: - For people

extension TrustReadiness {
    var text: String {
        let header = [["REPOSITORY", "TAG", "CONTENT TRUST", isVerified ? "COSIGN, VERIFIED" : "COSIGN, FOUND", ""]]
        let rows = tags.map {
            [$0.repository.description, $0.tag, $0.contentTrust.word, $0.cosign.word, $0.word]
        }
        var lines = TrustReadiness.aligned(header + rows)
        for tag in tags {
            for remark in [tag.contentTrust.remark, tag.cosign.remark].compactMap({ $0 }) {
                lines.append("\(tag.repository):\(tag.tag): \(remark)".printable)
            }
        }
        lines += unseen.map { "\($0.repository): \($0.refusal.found)".printable }
        lines.append("")
        lines.append(summary)
        return lines.map { $0 + "\n" }.joined()
    }

    private var summary: String {
        let counts = ["both", "content trust only", "cosign only", "refused", "none", "undetermined"].map { word in
            (word, tags.count { $0.word == word })
        }
        let told = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let total = tags.count == 1 ? "1 tag" : "\(tags.count) tags"
        return told.isEmpty ? total : "\(total): \(told.joined(separator: ", "))"
    }

    private static func aligned(_ rows: [[String]]) -> [String] {
        let shown = rows.map { $0.map(\.printable) }
        let columns = shown.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in (shown.map { $0[column].count }.max() ?? 0) + 2 }
        return shown.map { row in
            let line = zip(row, widths).map { $0.padding(to: $1) }.joined()
            return String(decoding: line.utf8.reversed().drop { $0 == 0x20 }.reversed(), as: UTF8.self)
        }
    }
}

// MARK: - For programs

extension TrustReadiness {
    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("cosignVerified", isVerified)
        writer.objects("tags", tags) { tag, writer in
            writer.member("repository", tag.repository.description)
            writer.member("tag", tag.tag)
            writer.member("signedBy", tag.word)
            tag.contentTrust.write(as: "contentTrust", to: &writer)
            tag.cosign.write(as: "cosign", to: &writer)
        }
        writer.objects("unseen", unseen) { unseen, writer in
            writer.member("repository", unseen.repository)
            writer.member("reason", unseen.refusal.reason.rawValue)
            writer.member("found", unseen.refusal.found)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension TagReadiness.State {
    fileprivate func write(as name: StaticString, to writer: inout JSONWriter) {
        writer.key(name)
        writer.beginObject()
        switch self {
        case .signed: writer.member("state", "signed")
        case .unsigned: writer.member("state", "unsigned")
        case .refused(let refusal): write("refused", refusal, to: &writer)
        case .undetermined(let refusal): write("undetermined", refusal, to: &writer)
        }
        writer.endObject()
    }

    private func write(_ state: String, _ refusal: Refusal, to writer: inout JSONWriter) {
        writer.member("state", state)
        writer.member("reason", refusal.reason.rawValue)
        writer.member("found", refusal.found)
    }
}
