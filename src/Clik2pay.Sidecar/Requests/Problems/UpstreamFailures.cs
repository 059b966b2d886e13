using System.Globalization;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>
/// Explains why the provider's response could not be returned. Logs the first failure, and the first response after it.
/// </summary>
internal sealed class UpstreamFailures(Clik2payOptions options, RequestMetrics metrics, ILogger<UpstreamFailures> log)
{
    private volatile bool isFailing;

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
        LogFailure(reason, exchange.Sent);
        return new(code, $"The API {options.ApiBaseUrl} {reason}. {AdviceFor(exchange.Sent)}");
    }

    /// <summary>Reports a response of the provider that was returned completely.</summary>
    public void ReportResponse(int status)
    {
        metrics.UpstreamResponded(status);
        if (!isFailing)
            return;

        isFailing = false;
        log.UpstreamRecovered(options.ApiBaseUrl);
    }

    private (ErrorCode Code, string Reason) Explain(IForwarderErrorFeature error, Exchange exchange)
    {
        var failure = error.Exception;
        var hasTimedOut = error.Error is ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyCanceled
            || failure is OperationCanceledException;
        return exchange.Sent switch
        {
            // The request timeout passed while the request waited for a connection.
            Sent.No when hasTimedOut && !CallFailure.IsConnectTimeout(failure) =>
                (ErrorCode.UpstreamUnreachable, CallFailure.ExplainNoConnection(options.ApiBaseUrl, exchange.TimeLimit)),
            Sent.No => (ErrorCode.UpstreamUnreachable, Explain(failure, wasSent: false)),

            // The first connection ended without a response. The HTTP client repeated the request and could not connect.
            _ when CallFailure.IsConnectFailure(failure) => (ErrorCode.UpstreamUnreachable, CallFailure.Closed),
            _ when failure is InvalidResponseException invalid => (ErrorCode.UpstreamUnreachable, invalid.Reason),
            _ when hasTimedOut => (ErrorCode.UpstreamTimeout, string.Create(
                CultureInfo.InvariantCulture,
                $"did not respond within {exchange.TimeLimit.TotalSeconds:0.###} s (ActivityTimeout in proxy.json)")),
            _ => (ErrorCode.UpstreamUnreachable, Explain(failure, wasSent: true)),
        };
    }

    private string Explain(Exception? failure, bool wasSent) =>
        CallFailure.Explain(failure, options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout, wasSent);

    private void LogFailure(string reason, Sent sent)
    {
        if (isFailing)
            return;

        isFailing = true;
        log.UpstreamFails(options.ApiBaseUrl, reason, sent.ToSnakeCase());
    }
}
