using System.Globalization;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.Routes.Validation;
using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Requests.Routes.Schema;

/// <summary>Every setting of the section <c>ReverseProxy</c>, with its valid values or the reason for its refusal.</summary>
internal static class RouteSchema
{
    private const string Http11 = "Remove it, because requests to the provider are sent with HTTP/1.1.";
    private const string OneDestination = "Remove it, because the only destination is the API of the profile.";
    private const string Encoding = "Remove it, because header bytes are forwarded unchanged.";
    private const string UseActivityTimeout = "Remove it and set HttpRequest:ActivityTimeout of the cluster.";

    /// <summary>YARP stores the timeout as a 32-bit number of milliseconds, so it must be shorter than 24.8 days.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    private static readonly SchemaValue Text = new(_ => true, "");
    private static readonly SchemaValue Flag = new(text => bool.TryParse(text, out _), "is neither true nor false.");
    private static readonly SchemaMap Texts = new(Text);

    public static SchemaNode Create(IReadOnlyList<Clik2payOptions> profiles, ListenerOptions listener) => new SchemaGroup(
        ("Routes", new SchemaMap(CreateRoute(listener))),
        ("Clusters", new SchemaMap(CreateCluster(profiles))));

    private static SchemaGroup CreateRoute(ListenerOptions listener) => new(
        ("ClusterId", Text),
        ("Match", CreateMatch()),
        ("Order", new SchemaValue(IsOrder, "is not a whole number from -2147483648 to 2147483646. Write for example 10.")),
        ("MaxRequestBodySize", new SchemaValue(
            text => IsWholeNumber(text, 0, listener.MaxRequestBodyBytes),
            $"is not a whole number from 0 to {listener.MaxRequestBodyBytes}, the value of Sidecar:MaxRequestBodyBytes. "
                + "Write a smaller number, or raise Sidecar:MaxRequestBodyBytes.")),
        ("Metadata", Texts),
        ("Transforms", new SchemaMap(Texts)),
        ("RouteId", new RefusedSetting("Remove it, because the name of a route is its key under ReverseProxy:Routes.")),
        ("AuthorizationPolicy", new RefusedSetting("Remove it and set Sidecar:CallerToken to restrict callers.")),
        ("CorsPolicy", new RefusedSetting("Remove it, because requests from web pages are refused.")),
        ("RateLimiterPolicy", new RefusedSetting("Remove it, because the sidecar does not limit rates.")),
        ("OutputCachePolicy", new RefusedSetting("Remove it, because the sidecar does not cache responses.")),
        ("Timeout", new RefusedSetting(UseActivityTimeout)),
        ("TimeoutPolicy", new RefusedSetting(UseActivityTimeout)));

    private static SchemaGroup CreateMatch() => new(
        ("Path", Text),
        ("Methods", new SchemaMap(OneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))),
        ("Hosts", new SchemaMap(new SchemaValue(
            HostPattern.IsValid,
            "is not a host that a route can match. Write NAME, *.NAME or *, with or without :PORT. IPv6 addresses cannot be matched."))),
        ("Headers", new SchemaMap(CreateMatcher<HeaderMatchMode>())),
        ("QueryParameters", new SchemaMap(CreateMatcher<QueryParameterMatchMode>())));

    private static SchemaGroup CreateMatcher<TMode>()
        where TMode : struct, Enum => new(
        ("Name", Text),
        ("Values", new SchemaMap(new SchemaValue(text => text.Length > 0, "is empty. Write a value, or remove it."))),
        ("Mode", OneOf(Enum.GetNames<TMode>())),
        ("IsCaseSensitive", Flag));

    private static SchemaGroup CreateCluster(IReadOnlyList<Clik2payOptions> profiles) => new(
        ("Destinations", new SchemaMap(CreateDestination([.. profiles.Select(profile => profile.ApiBaseUrl).Distinct()]))),
        ("HttpClient", new SchemaGroup(
            ("MaxConnectionsPerServer", new SchemaValue(
                text => IsWholeNumber(text, 1, int.MaxValue), "is not a whole number from 1 to 2147483647.")),
            ("DangerousAcceptAnyServerCertificate", new SchemaValue(
                IsFalse, "would send the credentials to anyone. Remove it, and set Clik2pay:CaFile to trust other authorities.")),
            ("SslProtocols", new RefusedSetting("Remove it, because the system chooses the versions of TLS.")),
            ("WebProxy", new RefusedSetting("Remove it and set the environment variables HTTPS_PROXY and NO_PROXY.")),
            ("EnableMultipleHttp2Connections", new RefusedSetting(Http11)),
            ("RequestHeaderEncoding", new RefusedSetting(Encoding)),
            ("ResponseHeaderEncoding", new RefusedSetting(Encoding)))),
        ("HttpRequest", new SchemaGroup(
            ("ActivityTimeout", new SchemaValue(
                IsTimeout, "is not a duration from 00:00:00.001 to 24.00:00:00. Write for example 00:01:00.")),
            ("Version", new SchemaValue(text => text is "1.1", $"is not 1.1. {Http11}")),
            ("VersionPolicy", OneOf(nameof(HttpVersionPolicy.RequestVersionExact), nameof(HttpVersionPolicy.RequestVersionOrLower))),
            ("AllowResponseBuffering", new SchemaValue(IsFalse, "must be false or absent, because responses are streamed.")))),
        ("Metadata", Texts),
        ("LoadBalancingPolicy", new RefusedSetting(OneDestination)),
        ("SessionAffinity", new RefusedSetting(OneDestination)),
        ("HealthCheck", new RefusedSetting(OneDestination)));

    /// <summary>Credentials are sent to the API of their profile only, so no other address is accepted.</summary>
    private static SchemaGroup CreateDestination(Uri[] apis) => new(
        ("Address", new SchemaValue(
            text => Uri.TryCreate(text, UriKind.Absolute, out var address)
                && Array.Exists(apis, api => address == new Uri(api, "/")),
            $"is not {string.Join(" or ", apis.Select(api => api.GetLeftPart(UriPartial.Authority)))}, the API of the profile. "
                + "Remove Destinations; requests are sent to that API only.")),
        ("Host", new RefusedSetting("Remove it, because requests always use the host name of the API.")),
        ("Health", new RefusedSetting(OneDestination)),
        ("Metadata", Texts));

    private static SchemaValue OneOf(params string[] names) =>
        new(text => names.Contains(text, StringComparer.OrdinalIgnoreCase), $"is not one of {string.Join(", ", names)}.");

    private static bool IsFalse(string text) => bool.TryParse(text, out var flag) && !flag;

    /// <summary>The largest number is the order of the fallback for requests without a route.</summary>
    private static bool IsOrder(string text) => IsWholeNumber(text, int.MinValue, int.MaxValue - 1);

    private static bool IsWholeNumber(string text, long least, long most) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= least && number <= most;

    private static bool IsTimeout(string text) =>
        TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time)
        && time >= TimeSpan.FromMilliseconds(1) && time <= LongestTimeout;
}
