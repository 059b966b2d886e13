namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>What every nginx here begins with: two workers, nothing written but in a folder that goes away, connections that stay.</summary>
internal static class NginxConfiguration
{
    /// <returns>Everything up to the inside of the block <c>http</c>.</returns>
    public static string Begin(string folder, string name) => $$"""
        daemon off; worker_processes 2; worker_rlimit_nofile 16384; pid {{folder}}/{{name}}.pid; error_log {{folder}}/{{name}}.error;
        events { worker_connections 4096; }
        http {
          access_log off; sendfile on; keepalive_requests 1000000000; client_body_temp_path {{folder}}/{{name}}.body;
          proxy_temp_path {{folder}}/{{name}}.a; fastcgi_temp_path {{folder}}/{{name}}.b; uwsgi_temp_path {{folder}}/{{name}}.c; scgi_temp_path {{folder}}/{{name}}.d;
        """;
}
