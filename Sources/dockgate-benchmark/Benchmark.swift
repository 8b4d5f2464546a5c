/// Measures what needs no server and prints a line `key value` for each, for `scripts/bench` to set in relation.
@main
struct Benchmark {
    static func main() throws {
        let parsing = try StrictJSONBenchmark.measure()
        print("strictjson.us \(parsing.strictJSON)")
        print("jsondecoder.us \(parsing.jsonDecoder)")
        let loading = try PolicyLoadingBenchmark.measure()
        print("policies.bytes \(loading.bytes)")
        print("policies.ms \(loading.milliseconds)")
        print("p256.verifications_per_cpu_second \(try SignatureBenchmark.verificationsPerProcessorSecond())")
        let keyless = KeylessBenchmark.signatures
        print("keyless.us \(try KeylessBenchmark.microseconds())")
        print("keyless.p384 \(keyless.p384)")
        print("keyless.p256 \(keyless.p256)")
    }
}
