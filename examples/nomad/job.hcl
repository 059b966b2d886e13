# This example has not been run on Nomad. See docs/how-to/other-platforms.md.

job "shop" {
  type = "service"

  group "shop" {
    # All tasks of the group share the loopback interface.
    network {
      mode = "bridge"
      port "http" {
        to = 3000
      }
    }

    task "clik2pay-sidecar" {
      driver = "docker"

      lifecycle {
        hook    = "prestart"
        sidecar = true
      }

      config {
        image           = "registry.example/clik2pay-sidecar:1.0.0"
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
      }

      env {
        Clik2pay__Environment          = "Sandbox"
        Clik2pay__CredentialsDirectory = "/secrets/clik2pay"
        Sidecar__MaxConnections        = "1000"
        Sidecar__LogFormat             = "Json"
      }

      # The path of the variable consists of the job, the group and the task, so only this task can read the variable. All tasks of the
      # job could read nomad/jobs/shop. The items are username, password and api_key. Only user 1654, that of the image, can read the
      # files. Nomad rewrites them after a change, and the sidecar uses the new credentials without a restart.
      template {
        data        = "{{ with nomadVar \"nomad/jobs/shop/shop/clik2pay-sidecar\" }}{{ .username }}{{ end }}"
        destination = "secrets/clik2pay/username"
        change_mode = "noop"
        perms       = "0400"
        uid         = 1654
        gid         = 1654
      }

      template {
        data        = "{{ with nomadVar \"nomad/jobs/shop/shop/clik2pay-sidecar\" }}{{ .password }}{{ end }}"
        destination = "secrets/clik2pay/password"
        change_mode = "noop"
        perms       = "0400"
        uid         = 1654
        gid         = 1654
      }

      template {
        data        = "{{ with nomadVar \"nomad/jobs/shop/shop/clik2pay-sidecar\" }}{{ .api_key }}{{ end }}"
        destination = "secrets/clik2pay/api-key"
        change_mode = "noop"
        perms       = "0400"
        uid         = 1654
        gid         = 1654
      }

      # 5 s for the drain, 20 s for requests in progress, and 5 s in reserve.
      kill_timeout = "30s"

      resources {
        cpu    = 100
        memory = 256
      }
    }

    # Nomad starts the application when this task has ended. Nomad itself waits only until the sidecar's container runs.
    task "clik2pay-wait" {
      driver = "docker"

      lifecycle {
        hook    = "prestart"
        sidecar = false
      }

      config {
        image           = "registry.example/clik2pay-sidecar:1.0.0"
        args            = ["wait", "--for", "process", "--timeout", "60"]
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
      }

      resources {
        cpu    = 50
        memory = 64
      }
    }

    task "app" {
      driver = "docker"

      config {
        image = "registry.example/shop:1.0.0"
        ports = ["http"]
      }

      env {
        CLIK2PAY_BASE_URL = "http://127.0.0.1:8080"
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
