using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>
/// An upstream, a token endpoint and a collector. The sidecar runs in a process of its own, because a listener to spans receives all spans
/// of its process.
/// </summary>
internal sealed class TraceRig : IAsyncDisposable
{
    /// <summary>The kind of a server's span.</summary>
    public const int ServerKind = 2;

    /// <summary>The kind of a client's span.</summary>
    public const int ClientKind = 3;

    /// <summary>The source of the HTTP client's spans.</summary>
    public const string HttpClientSource = "System.Net.Http";

    private readonly string protocol;

    private TraceRig(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, OtlpReceiver receiver, string protocol) =>
        (Upstream, TokenEndpoint, Receiver, this.protocol) = (upstream, tokenEndpoint, receiver, protocol);

    public RecordingUpstream Upstream { get; }

    public FakeTokenEndpoint TokenEndpoint { get; }

    public OtlpReceiver Receiver { get; }

    public static async Task<TraceRig> StartAsync(string protocol = "http/protobuf") =>
        new(await RecordingUpstream.StartAsync(), await FakeTokenEndpoint.StartAsync(), await OtlpReceiver.StartAsync(), protocol);

    public SidecarProcess Run(params IEnumerable<(string Key, string Value)> settings) =>
        SidecarProcess.Start(
            SidecarProcess.Environment(Upstream, TokenEndpoint, [.. Receiver.Settings(protocol), .. settings]), "run");

    /// <summary>Exports the spans of this process as the spans of a caller.</summary>
    public TracerProvider TraceCaller() => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.Clear().AddService("caller"))
        .AddSource("caller", HttpClientSource)
        .AddOtlpExporter(options =>
        {
            options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = new(protocol == "grpc" ? Receiver.GrpcAddress : $"{Receiver.HttpAddress}/v1/traces");
        })
        .Build();

    public Task<ReceivedSpan> WaitForServerSpanAsync() => Receiver.WaitForAsync(span => span.Kind == ServerKind);

    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        await TokenEndpoint.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
