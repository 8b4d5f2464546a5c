import Foundation
import Synchronization

extension RegistrySimulator {
    /// Serves a trusted collection beside the registry, as a notary server does, in place of what was published of it before.
    /// Whoever asks must be let in like everybody, with a token for the very collection where tokens are demanded.
    ///
    /// - Parameter prefix: what stands before `/v2/`: `/trust`.
    public func publish(_ collection: SimulatedNotary, under prefix: String = "") {
        let folder = "\(prefix)/v2/\(collection.name)/_trust/tuf/"
        state.withLock { state in
            state.trustData = state.trustData.filter { !$0.key.hasPrefix(folder) }
            for (name, bytes) in collection.files { state.trustData[folder + name] = bytes }
        }
    }

    /// Requests for trust data, as the names behind `_trust/tuf/`.
    public var trustDataAsked: [String] {
        requests.compactMap { request in
            request.target.range(of: "/_trust/tuf/").map { String(request.target[$0.upperBound...]) }
        }
    }

    /// Nil if it is no question for trust data.
    func trustData(_ path: String) -> SimulatedAnswer? {
        guard path.contains("/_trust/tuf/") else { return nil }
        let known = state.withLock { $0.trustData[path.removingPercentEncoding ?? path] }
        guard let known else {
            return .status(
                404, headers: [("Content-Type", "application/json")],
                body:
                    #"{"errors":[{"code":"METADATA_NOT_FOUND","message":"You have requested metadata that does not exist."}]}"#
            )
        }
        return SimulatedAnswer(status: 200, headers: [("Content-Type", "application/json")], body: known)
    }

    /// The name of the collection that is asked about; nil if it is no question for trust data.
    func collectionName(in target: String) -> String? {
        guard let start = target.range(of: "/v2/"), let end = target.range(of: "/_trust/"),
            start.upperBound < end.lowerBound
        else { return nil }
        return target[start.upperBound..<end.lowerBound].removingPercentEncoding
    }
}
