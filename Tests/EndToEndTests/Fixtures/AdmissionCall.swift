import Foundation
import StrictJSON
import Testing

extension GateProcess {
    var origin: String { "https://127.0.0.1:\(port)" }

    /// Arguments of curl that trust this gate's authority, and nobody else.
    var curl: [String] { ["-sS", "--max-time", "20", "--cacert", files.authority] }

    /// Posts a body to `/validate` with curl, over TLS.
    func post(_ body: [UInt8], timeout: String = "10s") throws -> HTTPAnswer {
        let scratch = try Scratch()
        return try post(file: try scratch.write(body, to: "body"), timeout: timeout)
    }

    func post(file: String, timeout: String = "10s", options: [String] = []) throws -> HTTPAnswer {
        let scratch = try Scratch()
        let command = try Command.run(
            "curl",
            curl + options + [
                "-H", "Content-Type: application/json", "--data-binary", "@" + file,
                "-o", scratch.path + "/answer", "-w", "%{http_code} %{time_total}",
                origin + "/validate?timeout=" + timeout,
            ])
        let words = command.output.split(separator: " ")
        return HTTPAnswer(
            status: words.first.flatMap { Int($0) } ?? 0, seconds: words.last.flatMap { Double($0) } ?? 0,
            body: Scratch.bytes(scratch.path + "/answer"))
    }

    func ask(_ review: AdmissionReview, timeout: String = "10s") throws -> AdmissionAnswer {
        let answer = try post(Array(review.json.utf8), timeout: timeout)
        try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))\n\(log)")
        return try AdmissionAnswer(answer.body)
    }

    func isReady() throws -> Bool {
        try Command.run("curl", curl + ["-f", origin + "/readyz"]).status == 0
    }
}

struct HTTPAnswer {
    let status: Int
    let seconds: Double
    let body: [UInt8]
}

/// What an API server reads from an answer.
struct AdmissionAnswer {
    let uid: String
    let isAllowed: Bool
    let message: String
    /// `auditAnnotations`.
    let annotations: [String: String]

    var reason: String? { annotations["reason"] }
    var decision: String? { annotations["decision-id"] }
    var head: String? { annotations["log-head"] }

    /// Throws if an API server would not take it.
    init(_ body: [UInt8]) throws {
        let root = try JSONDocument(parsing: body).root
        try #require(root["apiVersion"]?.string == "admission.k8s.io/v1" && root["kind"]?.string == "AdmissionReview")
        let response = try #require(root["response"])
        uid = try #require(response["uid"]?.string)
        isAllowed = try #require(response["allowed"]?.boolean as Bool?)
        message = response["status"]?["message"]?.string ?? ""
        annotations = Dictionary(
            response["auditAnnotations"]?.members.map { ($0.key, $0.value.string ?? "") } ?? [],
            uniquingKeysWith: { first, _ in first })
    }
}

/// A request of an API server.
struct AdmissionReview {
    let uid = UUID().uuidString.lowercased()
    var operation = "CREATE"
    var kind = #"{"group":"","version":"v1","kind":"Pod"}"#
    var namespace: String
    /// As it stands between quotes.
    var user = "somebody"
    /// `object`, and `oldObject` where there is one.
    var members: String

    static func pod(_ image: String, in namespace: String = "prod-shop") -> AdmissionReview {
        AdmissionReview(namespace: namespace, members: #""object":"# + pod(image))
    }

    static func deletedPod(_ image: String) -> AdmissionReview {
        AdmissionReview(
            operation: "DELETE", namespace: "prod-shop", members: #""object":null,"oldObject":"# + pod(image))
    }

    static func deployment(_ first: String, _ second: String) -> AdmissionReview {
        AdmissionReview(
            kind: #"{"group":"apps","version":"v1","kind":"Deployment"}"#, namespace: "prod-shop",
            members: """
                "object":{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":\
                {"containers":[{"name":"web","image":"\(first)"},{"name":"sidecar","image":"\(second)"}]}}}}
                """)
    }

    private static func pod(_ image: String) -> String {
        """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},\
        "spec":{"containers":[{"name":"web","image":"\(image)"}]}}
        """
    }

    var json: String {
        """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"\(uid)","kind":\(kind),\
        "resource":{"group":"","version":"v1","resource":"any"},"name":"web","namespace":"\(namespace)",\
        "operation":"\(operation)","userInfo":{"username":"\(user)"},\(members),"dryRun":false}}
        """
    }
}
