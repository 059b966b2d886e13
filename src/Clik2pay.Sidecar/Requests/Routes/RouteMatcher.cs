using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>Finds the route of <c>proxy.json</c> that a request would have with another path, without executing the request.</summary>
internal sealed class RouteMatcher(IApplicationBuilder app, ICollection<EndpointDataSource> endpoints)
{
    private readonly Lazy<RequestDelegate> routing = new(() => CreateRouting(app, endpoints));

    /// <returns>The id of the route, or null if no route matches.</returns>
    public async Task<string?> FindAsync(HttpContext context, string path)
    {
        var request = context.Request;
        var probe = new DefaultHttpContext { RequestServices = context.RequestServices };
        probe.Features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method,
            Scheme = request.Scheme,
            Path = path,
            QueryString = request.QueryString.Value ?? "",
            Headers = request.Headers,
        });
        await routing.Value(probe);
        return RouteIdOf(probe);
    }

    public static string? RouteIdOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.RouteId;

    private static RequestDelegate CreateRouting(IApplicationBuilder app, ICollection<EndpointDataSource> endpoints)
    {
        var branch = app.New();
        branch.UseRouting();
        branch.Use((HttpContext _, RequestDelegate _) => Task.CompletedTask);

        // This call supplies the endpoints to routing. The middleware that it adds is never executed.
        branch.UseEndpoints(routes =>
        {
            foreach (var source in endpoints)
                routes.DataSources.Add(source);
        });
        return branch.Build();
    }
}
