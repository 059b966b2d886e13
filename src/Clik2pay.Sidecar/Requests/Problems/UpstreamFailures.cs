using System.Globalization;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>
/// Explains why the provider's response could not be returned. Logs the first failure, and the first response after it.
/// </summary>
internal sealed class UpstreamFailures(Profiles profiles, RequestMetrics metrics, ILogger<UpstreamFailures> log)
{
    /// <summary>Whether the last request of each profile failed, by the index of the profile.</summary>
    private readonly bool[] isFailing = new bool[profiles.All.Count];

    /// <summary>What the caller can do after a failure.</summary>
    public static string AdviceFor(Sent sent) => sent == Sent.No
        ? "Nothing was sent; you can send the request again."
        : "The provider may have processed the request. Check its status before you retry.";

    /// <summary>Reports a failure of the provider or of the connection to it.</summary>
    /// <param name="error">The forwarder's report.</param>
    /// <param name="exchange">The state of the request.</param>
    /// <returns>The problem for the caller, with status 502 or 504.</returns>
    public Problem Report(IForwarderErrorFeature error, Exchange exchange)
    {
        var (code, reason) = Explain(error, exchange);
        LogFailure(exchange, reason);
        return new(code, $"The API {ApiOf(exchange)} {reason}. {AdviceFor(exchange.Sent)}");
    }

    /// <summary>Reports a response of the provider that was returned completely.</summary>
    public void ReportResponse(Exchange exchange, int status)
    {
        metrics.UpstreamResponded(status);
        ref var failing = ref isFailing[exchange.Profile.Index];
        if (!Volatile.Read(ref failing))
            return;

        Volatile.Write(ref failing, false);
        log.UpstreamRecovered(ApiOf(exchange));
    }

    private static (ErrorCode Code, string Reason) Explain(IForwarderErrorFeature error, Exchange exchange)
    {
        var failure = error.Exception;
        var hasTimedOut = error.Error is ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyCanceled
            || failure is OperationCanceledException;
        return exchange.Sent switch
        {
            // The request timeout passed while the request waited for a connection.
            Sent.No when hasTimedOut && !CallFailure.IsConnectTimeout(failure) =>
                (ErrorCode.UpstreamUnreachable, CallFailure.ExplainNoConnection(ApiOf(exchange), exchange.TimeLimit)),
            Sent.No => (ErrorCode.UpstreamUnreachable, Explain(exchange, failure, wasSent: false)),

            // The first connection ended without a response. The HTTP client repeated the request and could not connect.
            _ when CallFailure.IsConnectFailure(failure) => (ErrorCode.UpstreamUnreachable, CallFailure.Closed),
            _ when failure is InvalidResponseException invalid => (ErrorCode.UpstreamUnreachable, invalid.Reason),
            _ when hasTimedOut => (ErrorCode.UpstreamTimeout, string.Create(
                CultureInfo.InvariantCulture,
                $"did not respond within {exchange.TimeLimit.TotalSeconds:0.###} s (ActivityTimeout in proxy.json)")),
            _ => (ErrorCode.UpstreamUnreachable, Explain(exchange, failure, wasSent: true)),
        };
    }

    private static Uri ApiOf(Exchange exchange) => exchange.Profile.Options.ApiBaseUrl;

    private static string Explain(Exchange exchange, Exception? failure, bool wasSent) =>
        CallFailure.Explain(failure, ApiOf(exchange), ProviderConnections.ApiConnectTimeout, wasSent);

    private void LogFailure(Exchange exchange, string reason)
    {
        ref var failing = ref isFailing[exchange.Profile.Index];
        if (Volatile.Read(ref failing))
            return;

        Volatile.Write(ref failing, true);
        log.UpstreamFails(ApiOf(exchange), reason, exchange.Sent.ToSnakeCase());
    }
}
