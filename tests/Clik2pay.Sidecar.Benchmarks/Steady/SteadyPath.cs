using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Requests;
using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Replay;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>
/// The sidecar's own code for a GET with a current token, in the order of the request pipeline. It leaves out Kestrel, routing, YARP's
/// forwarder and the HTTP client. The context, the request and the response are created once and reused, so that only the cost of the
/// sidecar's code is measured. The header dictionary is ASP.NET's instead of Kestrel's. Neither dictionary allocates when it is read or
/// copied, or when a header that it contained before is set again.
/// </summary>
internal sealed class SteadyPath : IAsyncDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(1);

    private readonly WebApplication sidecar;
    private readonly RequestMetrics metrics;
    private readonly HttpResponseMessage response;
    private readonly HttpMessageInvoker client;
    private readonly RequestDelegate steps;
    private readonly RequestDelegate whole;
    private readonly RequestTransform[] requestTransforms;
    private readonly ResponseTransform[] responseTransforms;
    private readonly ResponseTrailersTransform[] trailersTransforms;
    private readonly RequestTransformContext requestContext;
    private readonly ResponseTransformContext responseContext;
    private readonly ResponseTrailersTransformContext trailersContext;

    /// <param name="settings">Settings in addition to those of <see cref="IdleSidecar"/>.</param>
    public SteadyPath(params (string Key, string? Value)[] settings)
    {
        sidecar = IdleSidecar.Create(settings: settings);
        var services = sidecar.Services;
        metrics = services.GetRequiredService<RequestMetrics>();
        (Context, Request) = (SteadyMessages.CreateContext(), SteadyMessages.CreateRequest());
        response = SteadyMessages.CreateResponse(Request);
        client = new(new NoRepeatHandler(new ClientSpan(new PreparedResponseHandler(response))));

        // The transforms come from the program's own rules, so that none is left out here.
        var route = new RouteConfig { RouteId = "api", ClusterId = "clik2pay", Match = new() };
        var rules = new TransformBuilderContext { Services = services, Route = route };
        services.GetServices<ITransformProvider>().OfType<RequestPipeline>().Single().Apply(rules);
        requestTransforms = [.. rules.RequestTransforms];
        responseTransforms = [.. rules.ResponseTransforms];
        trailersTransforms = [.. rules.ResponseTrailersTransforms];
        requestContext = new()
        {
            HttpContext = Context,
            ProxyRequest = Request,
            DestinationPrefix = IdleSidecar.Provider,
            HeadersCopied = true,
        };
        responseContext = new() { HttpContext = Context, ProxyResponse = response, HeadersCopied = true };
        trailersContext = new() { HttpContext = Context, ProxyResponse = response, HeadersCopied = true };

        steps = Create<CallerGuard>(services, Create<CallerAccess>(services, Create<BodyBuffering>(services, Forward)));
        whole = Create<RequestLifecycle>(services, steps);
    }

    public HttpContext Context { get; }

    public HttpRequestMessage Request { get; }

    public IServiceProvider Services => sidecar.Services;

    /// <summary>The caller guard, without the steps after it.</summary>
    public RequestDelegate CreateGuard() => Create<CallerGuard>(sidecar.Services, _ => Task.CompletedTask);

    /// <summary>Applies one of the request transforms.</summary>
    public void Apply<TTransform>()
        where TTransform : RequestTransform
    {
        Exchange.Of(Context).Profile = sidecar.Services.GetRequiredService<Profiles>().All[0];
        foreach (var transform in requestTransforms)
        {
            if (transform is TTransform)
                Check(transform.ApplyAsync(requestContext));
        }
    }

    /// <summary>Applies the transform of the response headers.</summary>
    public void FilterHeaders()
    {
        foreach (var transform in responseTransforms)
        {
            if (transform is ResponseHeaderTransform)
                Check(transform.ApplyAsync(responseContext));
        }
    }

    /// <summary>Changes the target of the next request.</summary>
    public void SetTarget(string target) => Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;

    /// <summary>
    /// Handles a whole request, including the asynchronous method around the steps. Only optimized code does this without an allocation.
    /// </summary>
    public void Run()
    {
        Exchange.Begin(Context);
        Check(whole(Context));
        Reset();
    }

    /// <summary>
    /// Handles a request without the asynchronous method around the steps: guard, access, target, strip, inject, send, response transforms,
    /// metrics.
    /// </summary>
    public void RunSteps()
    {
        Exchange.Begin(Context);
        Check(steps(Context));
        metrics.UpstreamResponded(Context.Response.StatusCode);
        Exchange.Of(Context).End();
        metrics.RequestEnded(Context, Duration);
        Reset();
    }

    /// <summary>Restores the upstream request to its state before the credentials were added.</summary>
    public void Reset()
    {
        Request.Headers.Remove(CredentialHeaders.Authorization);
        Request.Headers.Remove(CredentialHeaders.ApiKey);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        response.Dispose();
        Request.Dispose();
        await sidecar.DisposeAsync();
    }

    private static RequestDelegate Create<TMiddleware>(IServiceProvider services, RequestDelegate next) =>
        ActivatorUtilities.CreateInstance<TMiddleware>(services, next) switch
        {
            CallerGuard guard => guard.InvokeAsync,
            CallerAccess access => access.InvokeAsync,
            BodyBuffering buffering => buffering.InvokeAsync,
            RequestLifecycle lifecycle => lifecycle.InvokeAsync,
            _ => throw new InvalidOperationException($"{typeof(TMiddleware)} isn't a step of the request pipeline."),
        };

    private static void Check(ValueTask step)
    {
        if (!step.IsCompletedSuccessfully)
            throw new InvalidOperationException("A step failed or did not complete synchronously.");
    }

    private static void Check(Task step)
    {
        if (!step.IsCompletedSuccessfully)
            throw new InvalidOperationException("A step failed or did not complete synchronously.");
    }

    /// <summary>Applies the transforms in the order of YARP's forwarder.</summary>
    private Task Forward(HttpContext context)
    {
        foreach (var transform in requestTransforms)
            Check(transform.ApplyAsync(requestContext));
        Check(client.SendAsync(Request, CancellationToken.None));
        SendTracker.SelectEncoding(CredentialHeaders.ApiKey, Request);
        foreach (var transform in responseTransforms)
            Check(transform.ApplyAsync(responseContext));
        foreach (var transform in trailersTransforms)
            Check(transform.ApplyAsync(trailersContext));
        return Task.CompletedTask;
    }
}
