using System.Diagnostics;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>
/// Makes problem answers of the server's own: those to requests that it could not read, or that came too slowly. It tells of them by a
/// diagnostic event, and then writes a bare status.
/// </summary>
internal sealed class ServerRefusals(RequestMetrics metrics) : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public static void WatchConnections(ListenOptions listen) => listen.Use(next => connection =>
    {
        var writer = new CallerOutput(connection.Transport);
        connection.Transport = writer;
        connection.Features.Set(writer);
        connection.Features.Set(writer.CallerInput);
        connection.Features.Set(new Exchange());
        return next(connection);
    });

    /// <summary>To this one event: the others would make the host prepare them with every request.</summary>
    public static void Subscribe(IServiceProvider services) =>
        services.GetRequiredService<DiagnosticListener>().Subscribe(services.GetRequiredService<ServerRefusals>(), name => string.Equals(name, BadRequest, StringComparison.Ordinal));

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is not { Key: BadRequest, Value: IFeatureCollection features }
            || features.Get<CallerOutput>() is not { } writer
            || features.Get<IBadRequestExceptionFeature>()?.Error is not Microsoft.AspNetCore.Http.BadHttpRequestException exception)
        {
            return;
        }

        // A response has started, or the caller has disconnected. The connection ends without another response.
        var exchange = features.Get<Exchange>();
        if (features.Get<IHttpResponseFeature>()?.HasStarted == true || exchange?.IsAbandoned == true)
            return;

        var refusal = Refusal.OfServer(exception);
        metrics.RequestRejected(refusal.Reason);
        var sent = exchange?.Sent ?? Sent.No;
        metrics.Responded(refusal.Code, sent);
        var isHead = features.Get<IHttpRequestFeature>()?.Method is "HEAD";
        writer.ReplaceWith(ProblemResponse.CreateMessage(refusal, sent, withBody: !isHead));
    }

    public void OnCompleted()
    {
        // The process ends.
    }

    public void OnError(Exception error)
    {
        // The server tells of none.
    }
}
