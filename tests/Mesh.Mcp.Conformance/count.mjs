// Counts the scenarios that a revision requires of one side and that have passed, by the checks that the suite has written.
// usage: node count.mjs REQUIREMENTS.yaml server|client RESULTS
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const [requirements, side, results] = process.argv.slice(2);

// The file is a list of names below "server:" and "client:"; no more of YAML is in it.
const required = [];
let section = '';
for (const line of readFileSync(requirements, 'utf8').split('\n')) {
    const heading = /^(\w+):/.exec(line);
    const name = /^  - ([^\s:#]+)\s*$/.exec(line);
    if (heading) section = heading[1];
    else if (name && section === side) required.push(name[1]);
}

function* checksBelow(folder) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const path = join(folder, name);
        if (statSync(path).isDirectory()) yield* checksBelow(path);
        else if (name === 'checks.json') yield path;
    }
}

// A folder is named after its scenario, with a time behind it; that of auth/basic-cimd is auth/… or auth-….
const found = new Map();
for (const path of checksBelow(results)) {
    const place = path.slice(results.length).replaceAll('\\', '/').replace(/\/checks\.json$/, '');
    const scenario = required
        .filter(name => [name, name.replaceAll('/', '-'), name.replaceAll('/', '_')].some(form => new RegExp(`(^|[/-])${form}(-\\d{4}-\\d\\d-\\d\\dT.*)?$`).test(place)))
        .sort((a, b) => b.length - a.length)[0];
    if (scenario) found.set(scenario, JSON.parse(readFileSync(path, 'utf8')));
}

let passed = 0;
for (const scenario of required) {
    const checks = found.get(scenario) ?? [];
    const failures = checks.filter(check => check.status === 'FAILURE');
    if (failures.length === 0 && checks.some(check => check.status === 'SUCCESS')) {
        passed++;
        continue;
    }

    const why = failures.map(check => `${check.id}: ${check.errorMessage ?? 'failed'}`);
    console.log(`  ${scenario}: ${why.length > 0 ? why.join('; ') : checks.length === 0 ? 'it has not run' : 'none of its checks has passed'}`);
}

console.log(`conformance ${side} ${basename(requirements, '.yaml')}: ${passed}/${required.length}`);
