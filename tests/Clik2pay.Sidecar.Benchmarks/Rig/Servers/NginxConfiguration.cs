namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>
/// The common part of each nginx configuration: two workers, all files in a temporary folder, and connections that are not closed after a
/// number of requests.
/// </summary>
internal static class NginxConfiguration
{
    /// <returns>The configuration up to the first line inside the <c>http</c> block.</returns>
    public static string Begin(string folder, string name) => $$"""
        daemon off; worker_processes 2; worker_rlimit_nofile 16384; pid {{folder}}/{{name}}.pid; error_log {{folder}}/{{name}}.error;
        events { worker_connections 4096; }
        http {
          access_log off; sendfile on; keepalive_requests 1000000000; keepalive_timeout 1h; client_body_temp_path {{folder}}/{{name}}.body;
          proxy_temp_path {{folder}}/{{name}}.a; fastcgi_temp_path {{folder}}/{{name}}.b;
          uwsgi_temp_path {{folder}}/{{name}}.c; scgi_temp_path {{folder}}/{{name}}.d;
        """;
}
