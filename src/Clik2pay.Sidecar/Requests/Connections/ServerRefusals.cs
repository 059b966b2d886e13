using System.Diagnostics;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// Sends a problem response to a request that the server cannot read or that arrives too slowly. By default, the server sends a bare status
/// before any middleware runs, and no setting changes that response (https://github.com/aspnet/KestrelHttpServer/issues/2947). The server
/// raises a diagnostic event first (https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/diagnostics). If a handler of the
/// event has started a response, the server writes none.
/// </summary>
internal sealed class ServerRefusals(FailureResponder failures) : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Subscribes only to the event for bad requests. For other events, the host would create data in every request.</summary>
    public static void Subscribe(IServiceProvider services) => services.GetRequiredService<DiagnosticListener>().Subscribe(
        services.GetRequiredService<ServerRefusals>(), name => string.Equals(name, BadRequest, StringComparison.Ordinal));

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is not { Key: BadRequest, Value: IFeatureCollection features }
            || features.Get<CallerConnection>() is not { } connection
            || features.Get<IBadRequestExceptionFeature>()?.Error is not Microsoft.AspNetCore.Http.BadHttpRequestException exception)
        {
            return;
        }

        // After a response has started, or the caller has disconnected, the connection ends without another response.
        var context = new DefaultHttpContext(features);
        var exchange = Exchange.Of(context);
        if (context.Response.HasStarted || exchange.HasCallerGone)
            return;

        // The request failed before it reached the pipeline.
        if (!exchange.IsInProgress)
            Exchange.Begin(context);
        failures.RespondUnread(context, exception, connection.Output);
        connection.EndOutput();
    }

    public void OnCompleted()
    {
        // The process ends.
    }

    public void OnError(Exception error)
    {
        // The server reports no errors here.
    }
}
