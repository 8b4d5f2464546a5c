import Foundation
import StrictJSON

/// What it costs to read one AdmissionReview, beside Foundation's decoder.
enum StrictJSONBenchmark {
    struct Measurement {
        let documentBytes: Int
        /// CPU time for one document, in microseconds.
        let strictJSON: Double
        let jsonDecoder: Double
    }

    /// CPU time of this process, the best of `rounds` rounds of `repetitions` documents each: what else runs on the
    /// machine only ever adds to it. Both readers find the same images in the document, or this throws.
    static func measure(rounds: Int = 10, repetitions: Int = 500) throws -> Measurement {
        let document = admissionReview(containers: 8)
        let data = Data(document)
        let decoder = JSONDecoder()
        let expected = try decoder.decode(Review.self, from: data).images
        let found = images(of: try JSONDocument(parsing: document))
        guard found.elementsEqual(expected, by: { $0.utf8.elementsEqual($1.utf8) }), !found.isEmpty else {
            throw DifferentImages(strictJSON: found, jsonDecoder: expected)
        }
        var strict = Double.infinity
        var foundation = Double.infinity
        for _ in 0..<rounds {
            strict = min(
                strict, try microseconds(repetitions) { images(of: try JSONDocument(parsing: document)).count })
            foundation = min(
                foundation, try microseconds(repetitions) { try decoder.decode(Review.self, from: data).images.count })
        }
        return Measurement(documentBytes: document.count, strictJSON: strict, jsonDecoder: foundation)
    }

    struct DifferentImages: Error {
        let strictJSON: [String]
        let jsonDecoder: [String]
    }

    /// CPU time of one call of `work`. Its results are added up, so that no call can be optimised away.
    private static func microseconds(_ repetitions: Int, _ work: () throws -> Int) rethrows -> Double {
        let start = processTime()
        var total = 0
        for _ in 0..<repetitions { total &+= try work() }
        let elapsed = processTime() - start
        return total == 0 ? .infinity : elapsed / Double(repetitions)
    }

    /// CPU time that this process has used, in microseconds.
    private static func processTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}

// MARK: - What both readers pick

extension StrictJSONBenchmark {
    private static func images(of document: JSONDocument) -> [String] {
        guard let request = document.root["request"], request["uid"]?.string != nil,
            request["kind"]?["kind"]?.string != nil, request["namespace"]?.string != nil,
            let containers = request["object"]?["spec"]?["containers"]
        else { return [] }
        return containers.elements.compactMap { $0["image"]?.string }
    }

    private struct Review: Decodable {
        let request: Request

        var images: [String] { request.object.spec.containers.map(\.image) }

        struct Request: Decodable {
            let uid: String
            let kind: Kind
            let namespace: String
            let object: Object
        }
        struct Kind: Decodable { let kind: String }
        struct Object: Decodable { let spec: Specification }
        struct Specification: Decodable { let containers: [Container] }
        struct Container: Decodable { let image: String }
    }
}

// MARK: - The document

extension StrictJSONBenchmark {
    /// A Pod as the API server sends it, without spaces; eight containers make about 6 KB.
    static func admissionReview(containers: Int) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 8_192)
        writer.beginObject()
        writer.member("kind", "AdmissionReview")
        writer.member("apiVersion", "admission.k8s.io/v1")
        writer.key("request")
        writer.beginObject()
        writer.member("uid", "705ab4f5-6393-11e8-b7cc-42010a800002")
        writeKind(&writer, "kind")
        writeKind(&writer, "requestKind")
        writer.member("name", "payments-7d4b9c6f5-x2x9k")
        writer.member("namespace", "payments")
        writer.member("operation", "CREATE")
        writeUser(&writer)
        writer.key("object")
        writePod(&writer, containers: containers)
        writer.key("oldObject")
        writer.null()
        writer.member("dryRun", false)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private static func writeKind(_ writer: inout JSONWriter, _ name: StaticString) {
        writer.key(name)
        writer.beginObject()
        writer.member("group", "")
        writer.member("version", "v1")
        writer.member("kind", "Pod")
        writer.endObject()
    }

    private static func writeUser(_ writer: inout JSONWriter) {
        writer.key("userInfo")
        writer.beginObject()
        writer.member("username", "system:serviceaccount:kube-system:replicaset-controller")
        writer.member("uid", "b0b4d5f4-2f61-4b3a-9c43-0f2f3e1c9b11")
        writer.key("groups")
        writer.beginArray()
        for group in ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"] {
            writer.string(group)
        }
        writer.endArray()
        writer.endObject()
    }

    private static func writePod(_ writer: inout JSONWriter, containers: Int) {
        writer.beginObject()
        writer.member("kind", "Pod")
        writer.member("apiVersion", "v1")
        writer.key("metadata")
        writer.beginObject()
        writer.member("generateName", "payments-7d4b9c6f5-")
        writer.key("labels")
        writer.beginObject()
        writer.member("app.kubernetes.io/name", "payments")
        writer.member("app.kubernetes.io/version", "2.14.1")
        writer.member("pod-template-hash", "7d4b9c6f5")
        writer.endObject()
        writer.key("annotations")
        writer.beginObject()
        writer.member("example.com/description", "takes \"card\" payments,\nretries each 3 times")
        writer.endObject()
        writer.endObject()
        writer.key("spec")
        writer.beginObject()
        writer.key("containers")
        writer.beginArray()
        for index in 0..<containers { writeContainer(&writer, index) }
        writer.endArray()
        writer.member("restartPolicy", "Always")
        writer.member("terminationGracePeriodSeconds", 30)
        writer.member("serviceAccountName", "payments")
        writer.endObject()
        writer.endObject()
    }

    private static func writeContainer(_ writer: inout JSONWriter, _ index: Int) {
        writer.beginObject()
        writer.member("name", "worker-\(index)")
        writer.member("image", "registry.example.com/payments/worker-\(index):2.14.\(index)")
        writer.key("ports")
        writer.beginArray()
        writer.beginObject()
        writer.member("name", "http")
        writer.member("containerPort", 8_080 + index)
        writer.member("protocol", "TCP")
        writer.endObject()
        writer.endArray()
        writer.key("env")
        writer.beginArray()
        for name in ["DATABASE_HOST", "DATABASE_NAME", "QUEUE_URL", "LOG_LEVEL"] {
            writer.beginObject()
            writer.member("name", name)
            writer.member("value", "value-of-\(name)-in-production-\(index)")
            writer.endObject()
        }
        writer.endArray()
        writer.key("volumeMounts")
        writer.beginArray()
        writer.beginObject()
        writer.member("name", "kube-api-access-5r7wq")
        writer.member("readOnly", true)
        writer.member("mountPath", "/var/run/secrets/kubernetes.io/serviceaccount")
        writer.endObject()
        writer.endArray()
        writer.member("terminationMessagePath", "/dev/termination-log")
        writer.member("terminationMessagePolicy", "File")
        writer.member("imagePullPolicy", "IfNotPresent")
        writer.endObject()
    }
}
