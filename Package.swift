// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A room of the house: see docs/ARCHITECTURE.md. What it may import is written here, and
/// `Tests/ArchitectureTests` holds the sources against it.
func room(_ name: String, imports dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, needing dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies, swiftSettings: strict)
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "dockgate",
    products: [
        .executable(name: "dockgate", targets: ["dockgate"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Level 0: system libraries and formats
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CMalloc"),
        room("StrictJSON"),
        room("Timestamp"),
        // Level 1: values
        room("OCI", imports: ["StrictJSON"]),
        room("Cryptography", imports: ["COpenSSL", "Timestamp"]),
        room("YAMLDocument", imports: ["CLibYAML"]),
        // Level 2: what it means to trust; which images other tools' files name
        room("TransparencyLog", imports: ["Cryptography"]),
        room("Trust", imports: ["OCI", "Cryptography", "Timestamp"]),
        room("TUF", imports: ["StrictJSON", "Cryptography", "Timestamp"]),
        room("Compose", imports: ["YAMLDocument"]),
        // Level 3: signature worlds, and what images are made of
        room(
            "Sigstore",
            imports: ["Trust", "TransparencyLog", "TUF", "OCI", "Cryptography", "StrictJSON", "Timestamp"]),
        room("ContentTrust", imports: ["Trust", "OCI", "Cryptography", "StrictJSON", "Timestamp"]),
        room("ImageContents", imports: ["OCI", "Cryptography", "StrictJSON"]),
        // Level 4: policy
        room("PolicyEngine", imports: ["Trust", "OCI", "Timestamp"]),
        // Level 5: documents, the network, the log
        room(
            "PolicyDocuments",
            imports: ["PolicyEngine", "YAMLDocument", "Trust", "OCI", "Cryptography", "StrictJSON", "Timestamp"]),
        room("Outbound", imports: ["Timestamp", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL]),
        room("State", imports: ["Cryptography", "StrictJSON"]),
        room("Audit", imports: ["TransparencyLog", "Cryptography", "StrictJSON", "Timestamp"]),
        // Level 6: clients
        room("Registry", imports: ["Outbound", "OCI", "Trust", "Cryptography", "StrictJSON", "Timestamp"]),
        room(
            "TUFMirror",
            imports: ["TUF", "Outbound", "State", "Trust", "Cryptography", "StrictJSON", "Timestamp"]),
        // Level 7: the gate
        room(
            "Admission",
            imports: ["PolicyEngine", "Audit", "State", "Trust", "OCI", "Cryptography", "StrictJSON", "Timestamp"]),
        // Level 8: the ways in
        room(
            "Doors",
            imports: [
                "Admission", "Audit", "PolicyEngine", "Trust", "OCI", "Cryptography", "StrictJSON", "Timestamp",
                nioCore, nioPosix, nioHTTP1, nioTLS, nioSSL, logging,
            ]),
        // Level 9: the program
        .executableTarget(
            name: "dockgate",
            dependencies: [
                "Doors", "Admission", "Registry", "TUFMirror", "Outbound", "Audit", "State", "PolicyDocuments",
                "PolicyEngine", "Sigstore", "ContentTrust", "TransparencyLog", "TUF", "ImageContents", "Compose",
                "Trust",
                "OCI", "Cryptography", "YAMLDocument", "StrictJSON", "Timestamp", "CMalloc", argumentParser,
                serviceLifecycle,
                unixSignals, logging, nioCore, nioPosix,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "dockgate-benchmark",
            dependencies: [
                "Admission", "Sigstore", "PolicyDocuments", "PolicyEngine", "Trust", "OCI", "Cryptography",
                "StrictJSON", "Timestamp", "TestSupport",
            ],
            swiftSettings: strict),

        // Tests mirror the rooms
        .target(
            name: "TestSupport",
            dependencies: [
                "OCI", "Cryptography", "StrictJSON", "Timestamp", "Trust",
                nioCore, nioPosix, nioHTTP1, nioTLS, nioSSL,
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        tests(of: "Architecture"),
        tests(of: "StrictJSON", needing: ["StrictJSON", "TestSupport"]),
        tests(of: "Timestamp", needing: ["Timestamp"]),
        tests(of: "OCI", needing: ["OCI", "StrictJSON"]),
        tests(of: "Cryptography", needing: ["Cryptography", "Timestamp", "TestSupport"]),
        tests(of: "YAMLDocument", needing: ["YAMLDocument"]),
        tests(of: "TransparencyLog", needing: ["TransparencyLog", "Cryptography", "TestSupport"]),
        tests(of: "TUF", needing: ["TUF", "StrictJSON", "Cryptography", "Timestamp", "TestSupport"]),
        tests(of: "Trust", needing: ["Trust", "OCI", "Cryptography", "Timestamp"]),
        tests(
            of: "Sigstore",
            needing: [
                "Sigstore", "Trust", "TransparencyLog", "OCI", "Cryptography", "StrictJSON", "Timestamp", "TestSupport",
            ]),
        tests(
            of: "ContentTrust",
            needing: ["ContentTrust", "Trust", "OCI", "Cryptography", "StrictJSON", "Timestamp", "TestSupport"]),
        tests(of: "Compose", needing: ["Compose", "YAMLDocument"]),
        tests(of: "ImageContents", needing: ["ImageContents", "OCI", "Trust", "TestSupport"]),
        tests(of: "PolicyEngine", needing: ["PolicyEngine", "Trust", "OCI", "Timestamp", "TestSupport"]),
        tests(
            of: "PolicyDocuments",
            needing: [
                "PolicyDocuments", "PolicyEngine", "YAMLDocument", "Sigstore", "ContentTrust", "Trust", "OCI",
                "Cryptography", "StrictJSON", "Timestamp", "TestSupport",
            ]),
        tests(
            of: "PolicyExample",
            needing: ["PolicyDocuments", "PolicyEngine", "Sigstore", "ContentTrust", "Trust", "Timestamp"]),
        tests(of: "Outbound", needing: ["Outbound", "Timestamp", "TestSupport", nioCore, nioPosix, nioSSL]),
        tests(of: "State", needing: ["State", "Cryptography"]),
        tests(
            of: "Audit",
            needing: ["Audit", "TransparencyLog", "Cryptography", "StrictJSON", "Timestamp", "TestSupport"]),
        tests(
            of: "Registry",
            needing: [
                "Registry", "ContentTrust", "Outbound", "OCI", "Trust", "Cryptography", "StrictJSON", "Timestamp",
                "TestSupport", nioCore, nioPosix,
            ]),
        tests(
            of: "TUFMirror",
            needing: [
                "TUFMirror", "TUF", "Outbound", "State", "Trust", "Cryptography", "Timestamp", "TestSupport", nioCore,
                nioPosix,
            ]),
        tests(
            of: "Admission",
            needing: [
                "Admission", "Audit", "State", "PolicyEngine", "PolicyDocuments", "Registry", "Outbound", "Sigstore",
                "ContentTrust", "Trust", "OCI", "Cryptography", "StrictJSON", "Timestamp", "TestSupport", nioCore,
                nioPosix,
            ]),
        tests(
            of: "Doors",
            needing: [
                "Doors", "Admission", "Audit", "PolicyEngine", "PolicyDocuments", "Sigstore", "Trust", "OCI",
                "Cryptography", "StrictJSON", "Timestamp", "TestSupport", nioCore, nioPosix, nioHTTP1, nioSSL,
            ]),
        tests(
            of: "dockgate",
            needing: [
                "dockgate", "Admission", "ContentTrust", "PolicyDocuments", "PolicyEngine", "State", "Trust", "OCI",
                "Cryptography", "Timestamp", "YAMLDocument", "StrictJSON", "TestSupport", argumentParser,
            ]),
        tests(
            of: "Conformance",
            needing: [
                "Doors", "Admission", "PolicyDocuments", "PolicyEngine", "Sigstore", "TUF", "Trust",
                "TransparencyLog", "OCI", "Cryptography", "YAMLDocument", "StrictJSON", "Timestamp", "TestSupport",
            ]),
        tests(
            of: "EndToEnd",
            needing: ["TestSupport", "StrictJSON", "OCI", "Cryptography", "Timestamp", "Trust", nioCore, nioPosix]),
        tests(
            of: "Notary",
            needing: ["ContentTrust", "Trust", "OCI", "Cryptography", "StrictJSON", "Timestamp", "TestSupport"]),
    ]
)

// `make fuzz` asks for another package: what reads bytes from outside, without the network around it, and the program
// that throws bytes at it. So no other build knows of it, and it needs no dependency.
if Context.environment["DOCKGATE_FUZZ"] != nil {
    let readers: Set = [
        "COpenSSL", "CLibYAML", "StrictJSON", "Timestamp", "OCI", "Cryptography", "YAMLDocument", "TransparencyLog",
        "TUF", "Trust", "Sigstore", "ContentTrust", "PolicyEngine", "PolicyDocuments", "Compose", "ImageContents",
    ]
    package.products = []
    package.dependencies = []
    package.targets = package.targets.filter { readers.contains($0.name) }
    package.targets += [
        .target(
            name: "Doors", dependencies: ["PolicyEngine", "StrictJSON"],
            exclude: [
                "HTTP", "Health", "Kubernetes/AdmissionCounts.swift", "Kubernetes/AdmissionReview+Decision.swift",
                "Kubernetes/CallTimeout.swift", "Kubernetes/ValidateDoor.swift",
            ],
            sources: [
                "AdmissionReviewRequest.swift", "AdmissionReviewRequest+Images.swift", "FoundImage.swift",
                "PodSpecReader.swift", "PodTemplateSearch.swift", "WorkloadError.swift", "WorkloadImages.swift",
                "WorkloadKind.swift",
            ].map { "Kubernetes/" + $0 },
            swiftSettings: strict),
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzzing/CLibFuzzer"),
        .executableTarget(
            name: "dockgate-fuzz",
            dependencies: [
                "CLibFuzzer", "Doors", "PolicyDocuments", "PolicyEngine", "Sigstore", "ImageContents", "Compose",
                "ContentTrust", "Trust", "TransparencyLog", "TUF",
                "OCI", "Cryptography", "YAMLDocument", "StrictJSON", "Timestamp",
            ],
            path: "Tests/Fuzzing/Targets", swiftSettings: strict),
    ]
}
