using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Requests.Callers.Placeholders;
using Clik2pay.Sidecar.Requests.Connections;
using Clik2pay.Sidecar.Requests.DuplicatePayments;
using Clik2pay.Sidecar.Requests.Forward;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.Replay;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Clik2pay.Sidecar.Telemetry.Export;
using Clik2pay.Sidecar.Telemetry.Logging;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Requests;

/// <summary>The request pipeline: every step of a request, in order.</summary>
internal sealed class RequestPipeline(
    FailureResponder failures,
    ResponseHeaderFilter filter,
    RequestMetrics metrics,
    TimeProvider time) : ITransformProvider
{
    /// <summary>The step of a connection. ServerRefusals turns errors that the server itself finds into problem responses.</summary>
    public static void AcceptConnections(ListenOptions listen, CallerListener callers, CallerRecognition recognition)
    {
        //  1. The state of the connection's requests is created, and the framing of chunked bodies is validated before the server reads it.
        //     The peer of a Unix socket is identified, if a caller is recognized by it.
        listen.Use(next => connection =>
        {
            connection.Features.Set(new Exchange { Listener = callers });
            CallerConnection.Wrap(connection);
            if (recognition.RequiresPeers)
                PeerCredentials.AddTo(connection);
            return next(connection);
        });
    }

    /// <summary>The steps of a request.</summary>
    /// <exception cref="InvalidRoutesException">
    /// The routes at startup cannot be used. Invalid routes of a later edit are refused and logged instead.
    /// </exception>
    public static void Map(WebApplication app)
    {
        //  2. The state of the request begins.
        app.Use(next => context =>
        {
            Exchange.Begin(context);
            return next(context);
        });

        //  3. A server span is recorded, if traces are exported.
        if (app.Services.HasTracing())
            app.UseMiddleware<ServerSpan>();

        //  4. A line of the access log is written when the request ends, if Sidecar:AccessLog is true.
        if (app.Services.GetRequiredService<LogOptions>().AccessLog)
            app.UseMiddleware<AccessLog>();

        //  5. The request is counted. After the drain, new requests are refused. Steps 26 and 27 run in this middleware too.
        app.UseMiddleware<RequestLifecycle>();

        //  6. The guard refuses requests that come from web pages, are ambiguous, or lack the caller token.
        app.UseMiddleware<CallerGuard>();

        //  7. A token request of a recognized caller gets a placeholder. Caller, profile and operation of any other request are checked.
        if (app.Services.GetRequiredService<CallerOptions>().PlaceholderTokenEndpoint)
            app.UseMiddleware<PlaceholderTokenEndpoint>();
        app.UseMiddleware<CallerAccess>();

        //  8. Routing selects the route of proxy.json.
        app.UseRouting();

        MapRoutes(app);

        //  A request without a route gets a 404.
        MapFallback(app);
    }

    /// <summary>
    /// The steps of a request with a route. YARP's own steps for load balancing, session affinity and health are left out, because each
    /// profile has one destination.
    /// </summary>
    private static void MapRoutes(WebApplication app)
    {
        app.Services.GetRequiredService<CheckedRoutes>().OnRefused = app.Logger.EditRefused;
        try
        {
            app.MapReverseProxy(proxy =>
            {
                //  9. The request is refused if its decoded path has a different route.
                proxy.UseMiddleware<RouteGuard>(new RouteMatcher(app, ((IEndpointRouteBuilder)app).DataSources));

                // 10. The body limit of the route applies.
                proxy.UseMiddleware<RouteBodyLimit>();

                // 11. A body of up to 64 KiB is buffered. A larger body is streamed. A create or a payment without a
                //     merchantTransactionId is refused, if Sidecar:RequireMerchantTransactionId is true.
                proxy.UseMiddleware<BodyBuffering>();
                if (app.Services.GetRequiredService<CallerOptions>().RequireMerchantTransactionId)
                    proxy.UseMiddleware<DuplicatePaymentGuard>();

                // 12. YARP's forwarder handles the request, in steps 13 to 25.
                proxy.Run(app.Services.GetRequiredService<UpstreamSender>().SendAsync);
            });
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidRoutesException(RoutesReport.ExplainAll(e.InnerException ?? e));
        }
    }

    /// <summary>The steps inside YARP's forwarder: the transforms of every route, after those of <c>proxy.json</c>.</summary>
    public void Apply(TransformBuilderContext context)
    {
        // By default, YARP would add X-Forwarded headers, which describe the callers.
        context.UseDefaultForwarders = false;

        // 13. Path and query are set as the caller wrote them, byte for byte.
        context.RequestTransforms.Add(new RawTargetTransform());

        // 14. Credentials of the caller, headers for the sidecar and nominated headers are removed, including those that proxy.json adds.
        context.RequestTransforms.Add(new StripTransform(metrics));

        // 15. The framing of the body is chosen, and a buffered body is attached for step 17.
        context.RequestTransforms.Add(new BodyTransform());

        // 16. The API key and the access token are set. Without a valid token, the response is a 503 and nothing is sent.
        //     The measured duration of the call begins.
        context.RequestTransforms.Add(new InjectTransform(failures, time));

        // 17. YARP sends the request through the handlers of UpstreamHttpClientFactory, and waits for the head of the response.

        // 18. The duration of the call is recorded. RequestLifecycle records a call that fails before this step.
        context.ResponseTransforms.Add(new CallDurationTransform(time));

        // 19. After a 401 the token is rejected, and the request is marked for step 26 if another token is available.
        context.ResponseTransforms.Add(new UnauthorizedTransform(metrics, time));

        // 20. A response that HTTP does not allow becomes a failure.
        context.ResponseTransforms.Add(new FramingTransform());

        // 21. Headers that the provider's Connection header nominates are removed.
        context.ResponseTransforms.Add(new ConnectionTransform());

        // 22. Headers that contain the credentials or control characters, or that only the sidecar may send, are removed.
        context.ResponseTransforms.Add(new ResponseHeaderTransform(filter));

        // 23. The server is kept from adding a Date to a response without a Date.
        context.ResponseTransforms.Add(new NoDateTransform());

        // 24. A body without a length is returned in chunks, so that trailers can follow.
        context.ResponseTransforms.Add(new ChunkedTransform());

        // 25. After YARP has copied the body, the filtered trailers end it.
        context.ResponseTrailersTransforms.Add(new TrailersTransform(filter));

        // 26. RequestLifecycle sends a marked request again, once, through steps 12 to 25.

        // 27. RequestLifecycle passes a failure of any step to FailureResponder, which writes a problem response.
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
        // TransformValidator validates the transforms of proxy.json.
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
        // RouteSchema validates clusters.
    }

    private static void MapFallback(WebApplication app)
    {
        var failures = app.Services.GetRequiredService<FailureResponder>();
        app.MapFallback("/{**path}", context => failures.RespondAsync(context, Problem.NoRoute with
        {
            // No request may follow a body that was not validated.
            ClosesConnection = context.CanHaveBody(),
        }));
    }
}
