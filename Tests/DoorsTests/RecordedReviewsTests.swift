import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Doors

/// What two releases of the API server really sent. The recordings are not part of the package.
enum RecordedReviews {
    static let areMissing = OutsideData.recordings == nil

    private static func folder() throws -> URL { try #require(OutsideData.recordings) }

    static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder().appending(path: "admission-reviews-\(name).json")))
    }

    static func names() throws -> Set<String> {
        var names: Set<String> = []
        for release in ["1.20", "1.36"] {
            let directory = try folder().appending(path: "admission-reviews-\(release)").path
            for file in try FileManager.default.contentsOfDirectory(atPath: directory) where file.hasSuffix(".json") {
                names.insert("\(release)/\(file.dropLast(5))")
            }
        }
        return names
    }

    private static let busybox = "127.0.0.1:5502/feas/busybox"

    /// Each recording with the images that it brings.
    static let images: [String: [String]] = [
        "1.20/002-CREATE-Pod-p1": [
            "main spec.containers[0].image=\(busybox):v1",
            "main spec.containers[1].image=nginx",
            "init spec.initContainers[0].image=\(busybox):v1",
        ],
        "1.20/003-CREATE-ReplicationController-rc1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.20/005-CREATE-Deployment-d1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1",
            "init spec.template.spec.initContainers[0].image=\(busybox):v1",
        ],
        "1.20/006-CREATE-StatefulSet-s1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.20/007-CREATE-DaemonSet-ds1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.20/008-CREATE-ReplicaSet-rs1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.20/009-CREATE-Job-j1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.20/010-UPDATE-EphemeralContainers-ephemeralcontainers-p1": [
            "ephemeral ephemeralContainers[0].image=\(busybox):v1"
        ],
        "1.20/012-UPDATE-Pod-p1": [],
        "1.20/015-DELETE-Deployment-d1": [],
        "1.20/017-CREATE-Pod-gn": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.20/019-CREATE-Pod-x1": [
            "main spec.containers[0].image=\(busybox):a1"
        ],
        "1.20/021-CREATE-Pod-x2": [
            "main spec.containers[0].image=\(busybox):a2"
        ],
        "1.20/028-CREATE-Pod-x5": [
            "main spec.containers[0].image=\(busybox):a2"
        ],
        "1.36/002-CREATE-Deployment-yd1": [
            "main spec.template.spec.containers[0].image=\(busybox):ird2"
        ],
        "1.36/003-CREATE-Pod-p1": [
            "main spec.containers[0].image=\(busybox):v1",
            "main spec.containers[1].image=nginx",
            "init spec.initContainers[0].image=\(busybox):v1",
            "init spec.initContainers[1].image=\(busybox):v1",
            "volume spec.volumes[0].image.reference=\(busybox):v1",
        ],
        "1.36/004-CREATE-ReplicationController-rc1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/008-CREATE-DaemonSet-ds1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/009-CREATE-ReplicaSet-rs1": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/011-CREATE-CronJob-cj1": [
            "main spec.jobTemplate.spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/011-CREATE-Pod-j1-vqshc": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/014-CREATE-Pod-s1-0": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/015-CREATE-ReplicaSet-yd1-68665c9647": [
            "main spec.template.spec.containers[0].image=\(busybox):ird2"
        ],
        "1.36/016-UPDATE-Deployment-d1": [
            "main spec.template.spec.containers[0].image=nginx:1.27"
        ],
        "1.36/017-UPDATE-Scale-scale-d1": [],
        "1.36/018-CREATE-Pod-cj1-29923435-jlls6": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/018-UPDATE-Pod-p1": [],
        "1.36/019-CREATE-Pod-xird-856f5f4ccd-2gjjm": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/020-UPDATE-Pod-p1": [
            "main spec.containers[0].image=nginx:1.27"
        ],
        "1.36/021-CREATE-Pod-yd1-68665c9647-ckpx9": [
            "main spec.containers[0].image=\(busybox):ird2"
        ],
        "1.36/022-CREATE-Pod-rs1-hx4hf": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/023-CREATE-Deployment-real": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/024-CREATE-ReplicaSet-real-59cd99d575": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/026-CONNECT-PodExecOptions-exec-p1": [],
        "1.36/027-CONNECT-PodExecOptions-exec-p1": [],
        "1.36/027-CREATE-Pod-m1": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/029-CREATE-Pod-m1": [
            "main spec.containers[0].image=mutated.example/x@sha256:0000000000000000000000000000000000000000000000000000000000000000"
        ],
        "1.36/029-CREATE-Pod-x-deny": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/030-CREATE-Pod-x-denynostatus": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/032-CREATE-Pod-x-warn": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/041-CREATE-Pod-x-wronguid": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/044-CREATE-Deployment-xird": [
            "main spec.template.spec.containers[0].image=\(busybox):v1"
        ],
        "1.36/045-CREATE-Pod-x-ira": [
            "main spec.containers[0].image=\(busybox):v1"
        ],
    ]
}

@Suite(
    "Recorded reviews", .disabled(if: RecordedReviews.areMissing, "the recordings are not there: set DOCKGATE_RECORDED")
)
struct RecordedReviewsTests {
    @Test("the images of every recording are found", arguments: RecordedReviews.images.keys.sorted())
    func images(_ name: String) throws {
        let review = try AdmissionReviewRequest(parsing: RecordedReviews.bytes(name), limits: JSONLimits())
        #expect(try review.images(placeholders: []).map(\.description) == RecordedReviews.images[name])
        let parts = name.split(separator: "-")
        #expect(review.operation.rawValue == parts[1])
        #expect(review.kind.kind == parts[2])
        #expect(review.namespace == "default")
        // A person, or one of the controllers that make ReplicaSets and Pods.
        let user = try #require(review.user.name)
        #expect(user == "kubernetes-admin" || user.hasPrefix("system:serviceaccount:kube-system:"))
        #expect(review.user.groups.last == "system:authenticated")
        #expect(review.isDryRun == (name == "1.20/017-CREATE-Pod-gn"))
        #expect(review.name.map { name.hasSuffix($0) } == true)
    }

    @Test("no recording is left out")
    func complete() throws {
        #expect(try RecordedReviews.names() == Set(RecordedReviews.images.keys))
    }

    @Test("without one byte of it no recording is a review any more")
    func truncated() throws {
        let bytes = try RecordedReviews.bytes("1.36/003-CREATE-Pod-p1")
        for length in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: AdmissionReviewError.self) {
                try AdmissionReviewRequest(parsing: Array(bytes.prefix(length)), limits: JSONLimits())
            }
        }
    }
}
