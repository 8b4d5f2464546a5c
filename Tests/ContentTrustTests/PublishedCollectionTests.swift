import ContentTrust
import Cryptography
import Foundation
import OCI
import StrictJSON
import TestSupport
import Testing
import Timestamp
import Trust

/// A folder of trust data as a notary client keeps it, served as a server would.
private struct PublishedCollection {
    var documents: [String: [UInt8]] = [:]

    init(_ folder: URL) throws {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
        for name in names {
            documents[String(name.dropLast(5))] = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        }
    }

    init(_ documents: [String: [UInt8]]) { self.documents = documents }

    /// By name alone: that what is asked for by hash has it is not for a server to be believed.
    func verify(
        _ name: String, tag: String?, digest: Digest, rootKey: [UInt8], signers: [String], at now: Instant
    ) throws -> VerificationOutcome? {
        var fields = AttestorFields()
        fields.rootKeys = [("root.pem", rootKey)]
        if !signers.isEmpty { fields.allOf = signers }
        let attestor = try fields.load(at: { now })
        let subject = Subject(repository: try Repository(parsing: name), digest: digest, tag: tag)
        var verification = attestor.verification(of: subject)
        var conversation = Conversation()
        try conversation.run(&verification) { documents[$0.role].map(NotaryWorld.found) ?? .absent }
        return conversation.outcome
    }
}

/// The cases of public suites that are about Docker Content Trust.
@Suite(.disabled(if: OutsideData.suites == nil, "the public suites are not there: set DOCKGATE_CONFORMANCE"))
struct PublicSuiteTests {
    private struct Case {
        let name: String
        let kind: String
        let inputs: JSONValue
        let parameters: JSONValue
        let isAccepted: Bool
        let folder: URL

        func text(_ parameter: StaticString) -> String? { parameters[parameter]?.string }
        func file(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(path))) }
    }

    private static func cases(_ suite: String) throws -> (cases: [Case], isKnownPart: Bool) {
        let folder = try #require(OutsideData.suites).appendingPathComponent(suite)
        let root = try JSONDocument(parsing: Array(try Data(contentsOf: folder.appendingPathComponent("index.json"))))
            .root
        var cases: [Case] = []
        for value in try #require(root["cases"]).elements {
            let (name, kind) = (try #require(value["name"]?.string), try #require(value["kind"]?.string))
            let (inputs, parameters) = (try #require(value["inputs"]), try #require(value["params"]))
            cases.append(
                Case(
                    name: name, kind: kind, inputs: inputs, parameters: parameters,
                    isAccepted: value["expected"]?.isString("pass") == true, folder: folder))
        }
        return (cases, root["side"]?.isString("given") == true)
    }

    private static func run(_ suite: String, expecting count: Int) throws {
        let (cases, isKnownPart) = try cases(suite)
        var run = 0
        for test in cases {
            guard let refusal = try verdict(test) else { continue }
            run += 1
            #expect(refusal.isEmpty == test.isAccepted, "\(suite): \(test.name): \(refusal)")
        }
        print("\(suite): Docker Content Trust: \(run) run")
        if isKnownPart { #expect(run == count) }
    }

    /// Why a case is refused, empty if it is not; nil if it is about something else.
    private static func verdict(_ test: Case) throws -> String? {
        switch test.kind {
        case "dct-image": return try image(test)
        case "dct-root", "dct-repo": return try documents(test)
        case "notaryv1-key":
            do {
                let key = try PublicKey(pem: Array(try #require(test.text("key")).utf8))
                let ids = test.parameters["key_ids"]?.elements.compactMap(\.string) ?? []
                return ids == [key.contentTrustID] ? "" : "its id is \(key.contentTrustID)"
            } catch let error as KeyError { return "\(error)" }
        default: return nil
        }
    }

    private static func image(_ test: Case) throws -> String {
        guard let rootKey = test.text("root_key") else { return "there is no root key" }
        var published = PublishedCollection([:])
        if let path = test.inputs["trust_data"]?.string ?? test.text("trust_data_dir") {
            published = try PublishedCollection(test.folder.appendingPathComponent(path))
        }
        for (name, path) in test.parameters["replace"]?.members.map({ ($0.key, $0.value.string) }) ?? [] {
            published.documents[String(name.dropLast(5))] = try test.file(try #require(path))
        }
        let image = test.text("image").map { $0.split(separator: "@").first.map(String.init) ?? $0 }
        let tag = try #require(test.text("target") ?? image?.split(separator: ":").last.map(String.init))
        let digest = try test.text("digest").map { try Digest(parsing: $0) } ?? NotaryWorld.digest("any")
        let now = try test.text("now").map { try Instant(rfc3339: $0) } ?? Instant(rfc3339: "2026-11-26T00:00:00Z")
        let outcome = try published.verify(
            try #require(test.text("gun")), tag: tag, digest: digest, rootKey: Array(rootKey.utf8),
            signers: test.parameters["delegations"]?.elements.compactMap(\.string) ?? [], at: now)
        guard case .passed? = outcome else { return "\(String(describing: outcome))" }
        return ""
    }

    /// What is asked of documents alone: all that there are verify under the keys. A root by itself has no timestamp, which is
    /// what is found missing when it was believed.
    private static func documents(_ test: Case) throws -> String {
        var published = PublishedCollection([:])
        for (role, path) in test.inputs.members { published.documents[role] = try test.file(try #require(path.string)) }
        var keys = test.parameters["root_keys"]?.elements.compactMap(\.string) ?? []
        if let key = test.text("root_key") { keys.append(key) }
        let trust = try RootTrust(keys: try keys.map { try PublicKey(pem: Array($0.utf8)) }, certificates: [])
        let repository = try Repository(parsing: "docker.io/library/app")
        var update = CollectionUpdate(
            of: TrustCollection(server: NotaryWorld.server, of: repository), trusting: trust, roles: .named([]),
            known: KnownCollection(), at: try Instant(rfc3339: "2026-11-26T00:00:00Z"))
        var received: [Locator: Fetched] = [:]
        while true {
            switch update.next(received) {
            case .fetch(let locators):
                for case .trustMetadata(let collection, let name, let limit) in locators {
                    // Of a root alone the rest is made of nothing, which it refuses at the timestamp.
                    received[.trustMetadata(collection, name, limit: limit)] =
                        published.documents[name.role].map(NotaryWorld.found)
                        ?? (name.role == "timestamp" ? NotaryWorld.found([]) : .absent)
                }
            case .finished(.verified): return ""
            case .finished(.refused(let refusal)):
                return test.kind == "dct-root" && refusal.found.contains("`timestamp.json`") ? "" : refusal.found
            case .finished(let outcome): return "\(outcome)"
            }
        }
    }

    @Test("Connaisseur's cases are decided as it decides them")
    func connaisseur() throws { try Self.run("connaisseur", expecting: 22) }

    @Test("notary's own fixtures are decided as its client decides them")
    func notary() throws { try Self.run("notary-v1", expecting: 6) }
}

/// What the docker client and a real notary server made.
@Suite(.disabled(if: OutsideData.recordings == nil, "the recordings are not there: set DOCKGATE_RECORDED"))
struct RecordedCollectionTests {
    private static func collection(_ prefix: String) throws -> PublishedCollection {
        let folder = try #require(OutsideData.recordings).appendingPathComponent("content-trust")
        var documents: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix("\(prefix)-")
        {
            guard name.hasSuffix(".json") else { continue }
            let role = String(name.dropFirst(prefix.count + 1).dropLast(5)).replacing("targets-", with: "targets/")
            documents[role] = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        }
        return PublishedCollection(documents)
    }

    private static func verify(
        _ prefix: String, _ name: String, digest: String, signers: [String] = [],
        at time: String = "2026-11-26T00:00:00Z"
    ) throws -> VerificationOutcome? {
        let folder = try #require(OutsideData.recordings).appendingPathComponent("content-trust")
        let collection = try collection(prefix)
        let root = try JSONDocument(parsing: try #require(collection.documents["root"])).root
        // The key that was recorded beside it, or the certificate that is in it.
        var key = Array(try Data(contentsOf: folder.appendingPathComponent("trusted-root-pub.pem")))
        if prefix == "dct" {
            let text = root["signed"]?["keys"]?.members.first { $0.value["keytype"]?.isString("ecdsa-x509") == true }
            key = try #require(text?.value["keyval"]?["public"]?.stringUTF8.flatMap { Base64.decode($0) })
        }
        return try collection.verify(
            name, tag: "v1", digest: try Digest(parsing: digest), rootKey: key, signers: signers,
            at: try Instant(rfc3339: time))
    }

    private static let pushed = "sha256:a24fe423eaed979ef400c9934c62f359ff6a113bd5d9293945a6d250eddd7557"
    private static let signed = "sha256:911b2267a23d66ec6099362f64e052125399b9a3573f7bf0d6f3608b675d6288"

    @Test("an image that was pushed with `docker push` under its own certificate passes")
    func pushed() throws {
        let outcome = try Self.verify("dct", "127.0.0.1:5502/feas/dct", digest: Self.pushed)
        guard case .passed? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        guard case .violated(let refusal)? = try Self.verify("dct", "127.0.0.1:5502/feas/other", digest: Self.pushed)
        else {
            Issue.record("a certificate for another repository counts")
            return
        }
        #expect(refusal.found.contains("and not for `127.0.0.1:5502/feas/other`"))
    }

    @Test("an image that bob signed with `docker trust sign` passes, released or by name", arguments: [[], ["bob"]])
    func signed(signers: [String]) throws {
        let outcome = try Self.verify("trusted", "127.0.0.1:5502/feas/trusted", digest: Self.signed, signers: signers)
        guard case .passed(let signatures, _)? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(signatures.map(\.source) == [.role(signers.isEmpty ? "targets/releases" : "targets/bob")])
    }

    @Test("another digest, another signer and another time are refused")
    func refused() throws {
        let name = "127.0.0.1:5502/feas/trusted"
        let reasons: [(ReasonCode, VerificationOutcome?)] = [
            (.signatureForOtherImage, try Self.verify("trusted", name, digest: Self.pushed)),
            (.tagNotSigned, try Self.verify("trusted", name, digest: Self.signed, signers: ["alice"])),
            (.trustMetadataExpired, try Self.verify("trusted", name, digest: Self.signed, at: "2026-12-08T00:00:00Z")),
        ]
        for (reason, outcome) in reasons {
            guard case .violated(let refusal)? = outcome else {
                Issue.record("\(reason): \(String(describing: outcome))")
                continue
            }
            #expect(refusal.reason == reason)
        }
    }
}
