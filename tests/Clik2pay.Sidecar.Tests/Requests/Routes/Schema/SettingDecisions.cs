using Clik2pay.Sidecar.Tests.Requests.Routes.Validation;



namespace Clik2pay.Sidecar.Tests.Requests.Routes.Schema;

/// <summary>Which settings of YARP work, and which are refused.</summary>
internal static class SettingDecisions
{
    public static readonly SettingDecision[] All =
    [
        new("Routes:*:ClusterId", nameof(RouteSettingsTests.A_route_has_the_timeout_of_its_cluster)),
        new("Routes:*:Order", nameof(RouteSettingsTests.The_route_with_the_smaller_order_wins), "first"),
        new("Routes:*:MaxRequestBodySize",
            nameof(RouteBodyLimitTests.A_body_over_the_limit_of_its_route_gets_413_and_no_byte_is_forwarded), "-1"),
        new("Routes:*:Match:Path", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches)),
        new("Routes:*:Match:Methods:*", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches), "OPTIONS"),
        new("Routes:*:Match:Hosts:*", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches), "[::1]"),
        new("Routes:*:Match:Headers:*:Name", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches)),
        new("Routes:*:Match:Headers:*:Values:*", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches)),
        new("Routes:*:Match:Headers:*:Mode", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches), "3"),
        new("Routes:*:Match:Headers:*:IsCaseSensitive", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches), "yes"),
        new("Routes:*:Match:QueryParameters:*:Name", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches)),
        new("Routes:*:Match:QueryParameters:*:Values:*", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches)),
        new("Routes:*:Match:QueryParameters:*:Mode", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches), "Near"),
        new("Routes:*:Match:QueryParameters:*:IsCaseSensitive", nameof(RouteSettingsTests.A_request_gets_the_route_that_it_matches), "1"),
        new("Routes:*:Metadata:*", AcceptedValue: "for people"),
        new("Routes:*:Transforms:*:*", nameof(TransformTests.A_supported_transform_has_its_effect)),
        new("Routes:*:RouteId", RefusedValue: "api"),
        new("Routes:*:AuthorizationPolicy", RefusedValue: "default"),
        new("Routes:*:CorsPolicy", RefusedValue: "disable"),
        new("Routes:*:RateLimiterPolicy", RefusedValue: "default"),
        new("Routes:*:OutputCachePolicy", RefusedValue: "a"),
        new("Routes:*:Timeout", RefusedValue: "00:00:10"),
        new("Routes:*:TimeoutPolicy", RefusedValue: "a"),
        new("Clusters:*:ClusterId", RefusedValue: "clik2pay"),
        new("Clusters:*:LoadBalancingPolicy", RefusedValue: "Random"),
        new("Clusters:*:SessionAffinity", RefusedValue: "a"),
        new("Clusters:*:SessionAffinity:Enabled", RefusedValue: "false"),
        new("Clusters:*:HealthCheck", RefusedValue: "a"),
        new("Clusters:*:HealthCheck:Passive:Enabled", RefusedValue: "true"),
        new("Clusters:*:HttpClient:SslProtocols", RefusedValue: "Tls"),
        new("Clusters:*:HttpClient:SslProtocols:*", RefusedValue: "Tls"),
        new("Clusters:*:HttpClient:DangerousAcceptAnyServerCertificate", RefusedValue: "true", AcceptedValue: "false"),
        new("Clusters:*:HttpClient:MaxConnectionsPerServer",
            nameof(RouteSettingsTests.Requests_use_no_more_connections_than_the_cluster_allows), "0"),
        new("Clusters:*:HttpClient:WebProxy:Address", RefusedValue: "http://127.0.0.1:1"),
        new("Clusters:*:HttpClient:WebProxy:BypassOnLocal", RefusedValue: "true"),
        new("Clusters:*:HttpClient:WebProxy:UseDefaultCredentials", RefusedValue: "true"),
        new("Clusters:*:HttpClient:EnableMultipleHttp2Connections", RefusedValue: "true"),
        new("Clusters:*:HttpClient:RequestHeaderEncoding", RefusedValue: "utf-8"),
        new("Clusters:*:HttpClient:ResponseHeaderEncoding", RefusedValue: "utf-8"),
        new("Clusters:*:HttpRequest:ActivityTimeout", nameof(RouteSettingsTests.A_route_has_the_timeout_of_its_cluster), "00:00:00"),
        new("Clusters:*:HttpRequest:Version", RefusedValue: "2", AcceptedValue: "1.1"),
        new("Clusters:*:HttpRequest:VersionPolicy", RefusedValue: "RequestVersionOrHigher", AcceptedValue: "RequestVersionExact"),
        new("Clusters:*:HttpRequest:AllowResponseBuffering", RefusedValue: "true", AcceptedValue: "false"),
        new("Clusters:*:Destinations:*:Address",
            nameof(RoutesTests.The_address_of_the_environment_is_accepted_as_a_destination), "https://example.com"),
        new("Clusters:*:Destinations:*:Health", RefusedValue: "https://example.com"),
        new("Clusters:*:Destinations:*:Host", RefusedValue: "example.com"),
        new("Clusters:*:Destinations:*:Metadata:*", AcceptedValue: "for people"),
        new("Clusters:*:Metadata:*", AcceptedValue: "for people"),
    ];
}
