package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

const deployment = "../../.docker"

// parses holds a command line to the real commands and flags, without running it.
func parses(t *testing.T, words []string) {
	t.Helper()
	require.NotEmpty(t, words)
	cmd, rest, err := rootCommand().Find(words)
	require.NoError(t, err, words)
	require.True(t, cmd.Runnable() && !cmd.HasSubCommands(), "%v is no command that does anything", words)
	require.NoError(t, cmd.ParseFlags(rest), words)
	require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()), words)
}

// flagOf is what a command line gives a flag.
func flagOf(t *testing.T, words []string, name string) string {
	t.Helper()
	cmd, rest, err := rootCommand().Find(words)
	require.NoError(t, err)
	require.NoError(t, cmd.ParseFlags(rest))
	f := cmd.Flag(name)
	require.NotNil(t, f, name)
	return f.Value.String()
}

// The twin of all that is accepted below.
func TestParsesRefuses(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"directory serve --adr=x", "directory serf", "directory", "directory serve extra", "directory serve --seed=x"} {
		cmd, rest, err := rootCommand().Find(strings.Fields(words))
		refused := err != nil || cmd.HasSubCommands() || cmd.ParseFlags(rest) != nil || cmd.ValidateArgs(cmd.Flags().Args()) != nil
		require.True(t, refused, words)
	}
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(deployment, "Dockerfile"))
	require.NoError(t, err)
	text := string(raw)
	words := func(instruction string) (list []string) {
		found := regexp.MustCompile(`(?m)^` + instruction + ` (\[.*\])$`).FindStringSubmatch(text)
		require.NotNil(t, found, instruction)
		require.NoError(t, json.Unmarshal([]byte(found[1]), &list))
		return list
	}
	binary := words("ENTRYPOINT")
	require.Equal(t, []string{"/usr/local/bin/dcrkit"}, binary)
	require.Contains(t, text, " "+binary[0]+"\n", "the binary is put where the entry point has it")
	serve, health := words("CMD"), words("HEALTHCHECK .* CMD")
	parses(t, serve)
	require.Equal(t, binary[0], health[0])
	parses(t, health[1:])
	require.Equal(t, "http://"+flagOf(t, serve, "management-addr"), flagOf(t, health[1:], "management"))
	for _, folder := range []string{flagOf(t, serve, "data"), filepath.Dir(flagOf(t, serve, "ca-out"))} {
		require.Regexp(t, `(?m)^COPY .*--chown=65532:65532 .* `+folder+`$`, text, "who runs it may write there")
	}
	require.Contains(t, text, "\nUSER 65532:65532\n")
	require.Contains(t, text, "CGO_ENABLED=0 go build -trimpath ")

	// The builder is as old as the module allows, and what is copied is what is imported.
	module, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	require.Contains(t, text, "FROM golang:"+string(version[1])+" AS build\n")
	ignored, err := os.ReadFile("../../.dockerignore")
	require.NoError(t, err)
	for _, folder := range []string{"cmd", "features", "fixtures", "mockdirectory", "reports", "steps", "go.mod", "go.sum"} {
		require.Contains(t, string(ignored), "\n!"+folder+"\n")
	}
}

type composeFile struct {
	Services map[string]struct {
		Image       string
		Entrypoint  []string
		Command     []string
		Environment map[string]string
		Ports       []string
		Volumes     []string
		Healthcheck struct{ Test []string }
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	}
	Volumes map[string]any
}

// shellWords are the dcrkit command lines of a shell's script. Quoted text with blanks is one word.
func shellWords(script string) [][]string {
	var all [][]string
	words := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(script, -1)
	for i, word := range words {
		if word != "dcrkit" {
			continue
		}
		end := slices.IndexFunc(words[i:], func(w string) bool { return strings.HasPrefix(w, ">") || w == ";" || w == "|" })
		if end < 0 {
			end = len(words) - i
		}
		all = append(all, words[i+1:i+end])
	}
	return all
}

func TestCompose(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(deployment, "compose.yaml"))
	require.NoError(t, err)
	var file composeFile
	require.NoError(t, yaml.Unmarshal(raw, &file))
	commands := map[string][]string{}
	for name, s := range file.Services {
		require.NotEmpty(t, s.Image, name)
		commands[name] = s.Command
		if len(s.Entrypoint) > 0 {
			require.Equal(t, []string{"/busybox/sh", "-ec"}, s.Entrypoint)
			require.Len(t, s.Command, 1, name)
			found := shellWords(s.Command[0])
			require.Len(t, found, 1, name)
			commands[name] = found[0]
		}
		parses(t, commands[name])
		if test := s.Healthcheck.Test; len(test) > 1 && test[1] == "dcrkit" {
			parses(t, test[2:])
		}
		for on, how := range s.DependsOn {
			require.Equal(t, "service_healthy", how.Condition)
			require.NotEmpty(t, file.Services[on].Healthcheck.Test, "%s waits for the health of %s, which has none", name, on)
		}
		for _, v := range s.Volumes {
			volume, _, _ := strings.Cut(v, ":")
			require.Contains(t, file.Volumes, volume)
		}
	}
	require.ElementsMatch(t, []string{"directory", "aspsp", "runner"}, slices.Collect(func(yield func(string) bool) {
		for name := range file.Services {
			if !yield(name) {
				return
			}
		}
	}))
	serve, aspsp, run := commands["directory"], commands["aspsp"], commands["runner"]
	require.Equal(t, flagOf(t, serve, "public-url"), flagOf(t, aspsp, "directory"))
	require.Equal(t, flagOf(t, serve, "public-url"), flagOf(t, run, "directory"))
	require.Equal(t, flagOf(t, aspsp, "public-url"), flagOf(t, run, "target"))
	for _, words := range [][]string{aspsp, run} {
		require.Equal(t, flagOf(t, serve, "ca-out"), flagOf(t, words, "directory-ca"))
	}
	require.Contains(t, file.Services["directory"].Environment, tokenVariable)
	// What the shell of the runner looks for is what the reference server prints.
	require.Contains(t, file.Services["runner"].Command[0], "/trust/aspsp.txt")
	require.Contains(t, file.Services["aspsp"].Command[0], ">/trust/aspsp.txt")
}

// tokenVariable is where the token is in the environment.
const tokenVariable = "DCRKIT_DIRECTORY_TOKEN"

type kubernetesObject struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Type     string
		Selector any
		Ports    []struct {
			Port       int
			TargetPort string `yaml:"targetPort"`
		}
		Replicas int
		Template struct {
			Spec struct {
				Containers []struct {
					Args  []string
					Env   []struct{ Name string }
					Ports []struct {
						Name          string
						ContainerPort int `yaml:"containerPort"`
					}
					LivenessProbe struct {
						Exec struct{ Command []string }
					} `yaml:"livenessProbe"`
					VolumeMounts []struct {
						Name      string
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
				Volumes []struct {
					Name                  string
					PersistentVolumeClaim struct {
						ClaimName string `yaml:"claimName"`
					} `yaml:"persistentVolumeClaim"`
				}
			}
		}
	}
}

func TestKubernetes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(deployment, "kubernetes.yaml"))
	require.NoError(t, err)
	objects := map[string]kubernetesObject{}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	for range 5 {
		var o kubernetesObject
		require.NoError(t, decoder.Decode(&o))
		objects[o.Kind+" "+o.Metadata.Name] = o
	}
	const name = "dcrkit-directory"
	pod := objects["Deployment "+name].Spec.Template.Spec
	require.Equal(t, 1, objects["Deployment "+name].Spec.Replicas, "one process has the data")
	require.Len(t, pod.Containers, 1)
	container := pod.Containers[0]
	serve, alive := container.Args, container.LivenessProbe.Exec.Command
	parses(t, serve)
	require.Equal(t, "dcrkit", alive[0])
	parses(t, alive[1:])
	require.Equal(t, flagOf(t, serve, "ca-out"), flagOf(t, alive[1:], "ca"))
	var variables []string
	for _, v := range container.Env {
		variables = append(variables, v.Name)
	}
	require.Equal(t, []string{"NAMESPACE", tokenVariable}, variables)

	ports := map[string]int{}
	for _, p := range container.Ports {
		ports[p.Name] = p.ContainerPort
	}
	for _, listener := range []struct{ port, addr, url, service string }{
		{"api", "addr", "public-url", name}, {"pki", "pki-addr", "pki-url", name + "-pki"}, {"management", "management-addr", "", name + "-management"},
	} {
		require.Equal(t, "0.0.0.0:"+number(ports[listener.port]), flagOf(t, serve, listener.addr))
		service := objects["Service "+listener.service]
		require.Len(t, service.Spec.Ports, 1, listener.service)
		require.Equal(t, listener.port, service.Spec.Ports[0].TargetPort)
		if listener.url != "" {
			at := "//" + listener.service + ".$(NAMESPACE).svc:" + number(service.Spec.Ports[0].Port)
			require.True(t, strings.HasSuffix(flagOf(t, serve, listener.url), at), listener.url)
		}
	}
	require.Equal(t, "ClusterIP", objects["Service "+name+"-management"].Spec.Type)
	require.Equal(t, flagOf(t, serve, "data"), container.VolumeMounts[0].MountPath)
	require.Equal(t, pod.Volumes[0].Name, container.VolumeMounts[0].Name)
	require.Contains(t, objects, "PersistentVolumeClaim "+pod.Volumes[0].PersistentVolumeClaim.ClaimName)
}

func number(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

// The services of compose.yaml as processes on this machine: what differs from containers are names
// and folders. The runner is to do one check only.
func TestComposeServicesMeet(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(deployment, "compose.yaml"))
	require.NoError(t, err)
	folder := t.TempDir()
	here := localNames(t, folder)
	var file composeFile
	require.NoError(t, yaml.Unmarshal([]byte(here.Replace(string(raw))), &file))
	directory, aspsp, runner := file.Services["directory"], file.Services["aspsp"], file.Services["runner"]

	start(t, folder, append([]string{"dcrkit"}, directory.Command...))
	eventually(t, folder, directory.Healthcheck.Test[1:])
	start(t, folder, append(aspsp.Entrypoint, aspsp.Command...))
	eventually(t, folder, aspsp.Healthcheck.Test[1:])

	run := process(t, folder, append(runner.Entrypoint, runner.Command...))
	run.Env = append(run.Env, "DCRKIT_RULE=SSG-08", "DCRKIT_INITIAL_ACCESS_TOKEN=")
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "verdict: passed")
	require.FileExists(t, filepath.Join(folder, "reports", "report.json"))
}

// localNames are what hosts, folders and the shell of the containers are called here. The management
// port is on the loopback, where it speaks HTTP.
func localNames(t *testing.T, folder string) *strings.Replacer {
	for _, name := range []string{"data", "trust", "reports"} {
		require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o700))
	}
	names := []string{"/busybox/", "", "$$", "$"}
	for _, name := range []string{"=/data", "=/trust", " /trust", ">/trust", " /reports"} {
		names = append(names, name, name[:1]+folder+name[1:])
	}
	for i, p := range freePorts(t, "8443", "8442", "8444", "9443") {
		number := strings.TrimPrefix(p.was, "127.0.0.1:")
		names = append(names, "0.0.0.0:"+number, p.is, "https://localhost:"+number, "http://"+p.is)
		host := []string{"directory", "directory", "directory", "aspsp"}[i]
		names = append(names, host+":"+number, p.is)
	}
	return strings.NewReplacer(names...)
}

func process(t *testing.T, folder string, words []string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), tokenVariable+"=0123456789abcdef0123456789abcdef")
	return cmd
}

// start ends the process with the test.
func start(t *testing.T, folder string, words []string) {
	cmd := process(t, folder, words)
	require.NoError(t, cmd.Start(), words)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
}

// eventually repeats a health check until it succeeds, as the container engine does.
func eventually(t *testing.T, folder string, words []string) {
	var out []byte
	require.Eventually(t, func() (healthy bool) {
		var err error
		out, err = process(t, folder, words).CombinedOutput()
		return err == nil
	}, 30*time.Second, 200*time.Millisecond, "%v: %s", words, &out)
}
