import Cryptography
import StrictJSON
import Timestamp

@testable import TUF

/// Nobody without a key brings an update to its end, nor any file to a place outside of its folder; what is read of metadata
/// stands in it.
enum TUFTarget {
    static func run(_ input: [UInt8]) {
        drive(with: input.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) })
        guard let metadata = try? SignedMetadata(parsing: input, limit: 65_536), let pinnedKeys else { return }
        hold((try? metadata.verified(by: pinnedKeys)) == nil, "nobody else signs for a role")
        let verified = VerifiedMetadata(pinned: metadata)
        let headers = [
            (try? RootMetadata(verified))?.header, (try? TimestampMetadata(verified))?.header,
            (try? SnapshotMetadata(verified))?.header, (try? TargetsMetadata(verified))?.header,
        ].compactMap { $0 }
        hold(headers.count <= 1, "metadata is of one role")
        hold(headers.allSatisfy { $0.version > 0 }, "versions begin with 1")
        guard let signed = (try? JSONDocument(parsing: input))?.root["signed"] else {
            return hold(false, "metadata is JSON")
        }
        checkCanonicalForm(of: signed)
        if let targets = try? TargetsMetadata(verified) { check(targets, signed) }
    }

    /// Each part of the input is the answer to one request.
    private static func drive(with answers: [[UInt8]]) {
        guard let pinnedRoot else { return hold(false, "a root can be made") }
        var update = TUFUpdate(
            pinnedRoot: pinnedRoot,
            remembered: answers.enumerated().map { index, bytes in
                TUFFile(name: names[index % names.count], bytes: bytes)
            }, targets: ["a/b"], startingAt: Instant(secondsSince1970: 1_900_000_000))
        var step = update.next()
        var count = 0
        while case .fetch(let request) = step {
            hold(isConfined(request.path), "a request stays in its folder")
            step = update.next(count < answers.count ? .found(answers[count]) : .absent)
            count += 1
            guard count <= answers.count + 8 else { return hold(false, "an update ends") }
        }
        if case .finished(.current) = step { hold(false, "without a key there is no end") }
        if case .finished(.refused(let error)) = step {
            hold(error.description.utf8.count < 16_384, "an error is short")
        }
    }

    private static let names = ["timestamp.json", "snapshot.json", "targets.json", "root_history/2.root.json"]

    private static func checkCanonicalForm(of signed: JSONValue) {
        guard let canonical = signed.canonicalOLPC else { return hold(false, "what is read has a canonical form") }
        // Control characters stand raw in it, which JSON does not have.
        guard let again = try? JSONDocument(parsing: canonical).root else { return }
        hold(again.canonicalOLPC == canonical, "a canonical form is its own")
        hold(again.count == signed.count, "a canonical form has the same members")
    }

    private static func check(_ targets: TargetsMetadata, _ signed: JSONValue) {
        let strings = Set(signed.strings.map { Array($0.utf8) })
        for (name, _) in signed["targets"].map({ Array($0.members) }) ?? [] {
            guard let path = TargetPath(name) else { continue }
            hold(isConfined(path.location(hash: nil)) && !path.fileName.contains("/"), "a target stays in its folder")
            hold(isConfined(path.location(hash: [7])), "a target stays in its folder")
            do throws(TUFError.Reason) {
                hold(try targets.target(path) != nil, "a target that is listed is found")
            } catch { continue }
            for delegation in targets.delegations(for: path).roles {
                hold(strings.contains(delegation.role.bytes), "the name of a role stands in the metadata")
                hold(isConfined(delegation.role.fileName), "the file of a role stays in its folder")
            }
        }
    }

    private static func isConfined(_ path: String) -> Bool {
        path.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !path.utf8.starts(with: "/".utf8)
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part != "." && part != ".."
            }
    }

    private static let key = try? PrivateKey.generate(.ed25519)

    private static let signedRoot: String? = key.map { key in
        let role = #"{"keyids":["k"],"threshold":1}"#
        let raw = key.publicKey.subjectPublicKeyInfo.suffix(32).hexadecimal
        return """
            {"_type":"root","spec_version":"1.0","version":1,"expires":"2090-01-01T00:00:00Z","consistent_snapshot":true,\
            "keys":{"k":{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"\(raw)"}}},\
            "roles":{"root":\(role),"timestamp":\(role),"snapshot":\(role),"targets":\(role)}}
            """
    }

    private static let pinnedRoot: [UInt8]? = {
        guard let key, let signedRoot, let document = try? JSONDocument(parsing: Array(signedRoot.utf8)),
            let canonical = document.root.canonicalOLPC, let signature = try? key.sign(canonical, scheme: .ed25519)
        else { return nil }
        return Array(
            "{\"signed\":\(signedRoot),\"signatures\":[{\"keyid\":\"k\",\"sig\":\"\(signature.hexadecimal)\"}]}".utf8)
    }()

    private static let pinnedKeys: RoleKeys? = {
        guard let pinnedRoot, let metadata = try? SignedMetadata(parsing: pinnedRoot, limit: 65_536) else { return nil }
        return (try? RootMetadata(VerifiedMetadata(pinned: metadata)))?.root
    }()
}
