using System.Diagnostics;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// Responds to requests that the server cannot read, or that arrive too slowly, with problems. The server itself responds with a bare
/// status, before any middleware runs, and has no setting for that (https://github.com/aspnet/KestrelHttpServer/issues/2947). It raises a
/// diagnostic event before its response (https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/diagnostics), and writes
/// none if a response has started by then.
/// </summary>
internal sealed class ServerRefusals(FailureResponder failures) : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Subscribes to this event only, because the host would prepare the others with every request.</summary>
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

        // The pipeline has not seen this request.
        if (!exchange.IsInProgress)
            exchange.Begin(context);
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
